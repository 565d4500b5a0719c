/** Dialogs: opened over everything, closed once, and the focus back where it was, also after a message was drawn anew. */

/** How to find the control that has the focus, if its message is drawn anew meanwhile. */
function rememberFocus() {
  const opener = document.activeElement;
  const message = opener?.closest?.("[data-id]")?.dataset.id;
  const customId = opener?.dataset?.customId;
  return () => {
    if (opener?.isConnected && opener !== document.body) return opener;
    const item = message && document.querySelector(`[data-id="${CSS.escape(message)}"]`);
    return (customId && item?.querySelector(`[data-custom-id="${CSS.escape(customId)}"]`)) || item || document.getElementById("message-box");
  };
}

/**
 * Show a dialog until it is closed, then take it away.
 * @param {HTMLDialogElement} dialog
 * @param {{light?: boolean, onClose?: () => void}} [config] `light`: a press beside it closes it
 */
export function showDialog(dialog, { light = false, onClose = () => {} } = {}) {
  const find = rememberFocus();
  dialog.addEventListener("close", () => {
    dialog.remove();
    onClose();
    find()?.focus({ preventScroll: true });
  });
  if (light) dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  document.body.append(dialog);
  dialog.showModal();
}
