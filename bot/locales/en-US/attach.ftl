opt-project-file = file
opt-project-file-desc = A picture, a document (PSD, KRA, PDF, SVG, …) or a text, as it is now
attach-kept = **{ $name }** is kept as it came, unopened, and recorded as { $edit ->
    [yes] an edit of #{ NUMBER($number, useGrouping: 0) }.
   *[no] material from elsewhere.
}
attach-previewed = Compared was the preview in it, { NUMBER($width, useGrouping: 0) } × { NUMBER($height, useGrouping: 0) } pixels, not the document itself: about { $percent } % of that differ.
attach-uncompared = It is on record without a comparison: { $preview ->
    [yes] in the preview in it nothing differs that could be measured.
   *[no] there is no preview in it that could be read. Attach a PNG of it too, and that is compared.
}
attach-words = { NUMBER($added, useGrouping: 0) } characters were added and { NUMBER($removed, useGrouping: 0) } taken out; which ones is on record.
error-attach-type = The file is none of the kinds that can be recorded: PNG, JPEG, WebP, PSD, KRA, CLIP, Procreate, PDF, AI, SVG, ZIP, or a text in UTF-8. Nothing was recorded; export it as one of these.
error-attach-text-long = The text has { NUMBER($length, useGrouping: 0) } characters, the limit is { NUMBER($limit, useGrouping: 0) }. Nothing was recorded; attach the part that changed.
