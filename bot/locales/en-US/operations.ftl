operation-draft = Draft from words
operation-redraw = Draft from a picture
operation-sketch = Draft from a drawing
operation-colour = Colouring
operation-restyle = Another style
operation-vary = Variation
operation-blend = Blending
operation-inpaint = Retouching
operation-outpaint = Extending
operation-lines = Line art
operation-upscale = Enlarging
error-operation-nowhere = No model here can do this: { $operation ->
    [draft] drafting from words
    [redraw] drafting from a picture
    [sketch] drafting from a drawing
    [colour] colouring line art
    [restyle] drawing in another style
    [vary] variations
    [blend] blending pictures
    [inpaint] retouching a part
    [outpaint] extending a picture
    [lines] extracting lines
   *[upscale] enlarging
}. There is { $models }. Nothing was recorded; ask the operator for a model that can, or use /draft.
error-operation-model = { $model } cannot do this. Nothing was recorded; choose one that can: { $models }.
error-model-unknown = There is no model “{ $model }” here. Nothing was recorded; choose one of: { $models }.
error-input-erased = A picture that this needs was erased. Nothing was recorded; attach it again, or start from another one.
draft-failed-input-erased = Brief #{ NUMBER($number, useGrouping: 0) } was not drawn: a picture that goes into it was erased meanwhile. The brief is kept; start again with another picture.
cmd-sketch = sketch
cmd-sketch-desc = Draft from your own drawing
cmd-lineart = lineart
cmd-lineart-desc = Line art from your words, or the lines of a picture
cmd-color = color
cmd-color-desc = Colour line art, keeping its lines
cmd-restyle = restyle
cmd-restyle-desc = The same content in another style
cmd-retouch = retouch
cmd-retouch-desc = Draw a part of a picture anew; outside of it not one pixel changes
cmd-extend = extend
cmd-extend-desc = Let a picture grow at its edges; what it was stays as it is
cmd-upscale = upscale
cmd-upscale-desc = Enlarge a picture
cmd-blend = blend
cmd-blend-desc = Let two or three pictures become one
opt-draft-aspect = aspect
opt-draft-aspect-desc = The shape of the picture
opt-draft-model = model
opt-draft-model-desc = Which model draws; the default one if you leave it out
opt-draft-image = image
opt-draft-image-desc = The picture to work on (PNG, JPEG or WebP)
opt-draft-image2 = image2
opt-draft-image2-desc = A second picture
opt-draft-image3 = image3
opt-draft-image3-desc = A third picture
opt-draft-palette = palette
opt-draft-palette-desc = The colours to use
opt-draft-mask = mask
opt-draft-mask-desc = A picture that is transparent, or white, where it is to be drawn anew
opt-draft-region = region
opt-draft-region-desc = Which part is to be drawn anew, in place of a mask
opt-draft-direction = direction
opt-draft-direction-desc = Where the picture grows; on all sides if you leave it out
opt-draft-amount = amount
opt-draft-amount-desc = By how many percent of its side it grows; 25 if you leave it out
opt-draft-scale = scale
opt-draft-scale-desc = How many times as wide and high, 2 to 4
palette-warm = warm
palette-cool = cool
palette-pastel = pastel
palette-muted = muted
palette-vivid = vivid
palette-earthy = earthy
palette-monochrome = a single colour
palette-complementary = two opposite colours
region-top-left = top left
region-top = top
region-top-right = top right
region-left = left
region-middle = middle
region-right = right
region-bottom-left = bottom left
region-bottom = bottom
region-bottom-right = bottom right
region-upper-third = upper third
region-middle-row = middle, from left to right
region-lower-third = lower third
region-left-third = left third
region-middle-column = middle, from top to bottom
region-right-third = right third
direction-all = on all sides
direction-left = to the left
direction-up = upwards
direction-right = to the right
direction-down = downwards
direction-sides = to the left and right
direction-up-down = upwards and downwards
role-image = picture
role-line = line art
role-mask = mask
role-reference = reference
role-blended = blended
draft-operation = Operation
draft-inputs = Made from
draft-input = { $role } #{ NUMBER($number, useGrouping: 0) }
draft-added = Added by your choice
draft-regions = Drawn anew
draft-shown-smaller = Shown smaller than it is: the file is too large for chat. What is on record is the whole one; /evidence export has it.
draft-note-reduced = Your picture ({ NUMBER($from_width, useGrouping: 0) } × { NUMBER($from_height, useGrouping: 0) }) is worked on at { NUMBER($width, useGrouping: 0) } × { NUMBER($height, useGrouping: 0) }, the most there is.
draft-note-mask-stretched = The mask ({ NUMBER($width, useGrouping: 0) } × { NUMBER($height, useGrouping: 0) }) is stretched to the picture’s { NUMBER($wanted_width, useGrouping: 0) } × { NUMBER($wanted_height, useGrouping: 0) }; on record it stays as you sent it.
draft-note-shape = The draft keeps the shape of your picture; the aspect you chose is left aside.
error-lineart-one = Give either a brief or an image: lines are drawn from words, or found in a picture. Nothing was recorded.
error-retouch-where = Say where to draw anew: attach a mask (transparent or white there), or choose a region; one of the two. Nothing was recorded.
error-mask-shape = The mask has another shape ({ NUMBER($width, useGrouping: 0) } × { NUMBER($height, useGrouping: 0) }) than the picture ({ NUMBER($wanted_width, useGrouping: 0) } × { NUMBER($wanted_height, useGrouping: 0) }). Nothing was recorded; send one of the same size.
error-mask-empty = The mask marks nothing: make it transparent, or white, where the picture is to be drawn anew. Nothing was recorded.
error-extend-large = A picture of { NUMBER($width, useGrouping: 0) } × { NUMBER($height, useGrouping: 0) } would grow beyond { NUMBER($limit, useGrouping: 0) } pixels a side. Nothing was recorded; choose a smaller amount, or one direction.
error-upscale-large = { NUMBER($width, useGrouping: 0) } × { NUMBER($height, useGrouping: 0) } times { $scale } is more than { NUMBER($limit, useGrouping: 0) } pixels a side. Nothing was recorded; choose a smaller scale.
error-aspect = { $model } draws squares only. Nothing was recorded; leave the aspect out, or choose another model.
error-style-long = A style may have { $limit } characters. Nothing was recorded; say the rest in the brief.
error-living-artist = “{ $name }” is the name of a living artist, and nobody at work is drawn after by name here. Nothing was recorded. Say what you mean by it (line, light, colour), or choose a style: { $instead }.
draft-failed-cannot = Brief #{ NUMBER($number, useGrouping: 0) } was not drawn: the model that is there now cannot do this. Your brief is kept; try another model, or ask the operator.
draft-failed-unsupported = Brief #{ NUMBER($number, useGrouping: 0) } was not drawn: the server that is there now cannot do this. Your brief is kept; try another model, or ask the operator.
draft-failed-unknown-model = Brief #{ NUMBER($number, useGrouping: 0) } was not drawn: its model is not there any more. Your brief is kept; start again with another model.
draft-failed-unknown-style = Brief #{ NUMBER($number, useGrouping: 0) } was not drawn: the model does not have its style. Your brief is kept; start again with a style from the list.
draft-failed-bad-mask = Brief #{ NUMBER($number, useGrouping: 0) } was not drawn: its mask marks nothing that could be drawn anew. Your brief is kept; start again with another mask.
draft-failed-bad-size = Brief #{ NUMBER($number, useGrouping: 0) } was not drawn: the picture would have a size that cannot be drawn. Your brief is kept; start again with a smaller one.
draft-failed-bad-image = Brief #{ NUMBER($number, useGrouping: 0) } was not drawn: one of its pictures cannot be read (animated ones cannot). Your brief is kept; start again with another picture.
draft-failed-too-large = Brief #{ NUMBER($number, useGrouping: 0) } was not drawn: one of its pictures is too large for the drawing model. Your brief is kept; start again with a smaller one.
