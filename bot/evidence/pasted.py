"""A checkpoint as a person pastes it out of a chat, made into the note that was signed."""

_FENCE = "```"


def unpasted(data: bytes) -> bytes:
    """Return what stands between the fences, or everything where there are none, in the spelling of a signed note.

    Chats and editors add byte order marks, line ends of their own, spaces at the end of lines and empty lines around;
    none of these can be part of a note. What is no text comes back as it is, for the checker to refuse.
    """
    try:
        lines = [line.rstrip() for line in data.decode("utf-8-sig").splitlines()]
    except UnicodeDecodeError:
        return data
    fences = [at for at, line in enumerate(lines) if line.startswith(_FENCE)]
    if fences:
        lines = lines[fences[0] + 1 : (fences[1:] or [len(lines)])[0]]
    return ("\n".join(lines).strip("\n") + "\n").encode()
