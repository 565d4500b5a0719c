"""The making of a piece as pictures that anyone can look at: a short film and a contact sheet, made from the record.

shots      from a history to what is shown of it: the door for who knows the record
script     shots as JSON, for they are drawn in a process of the darkroom
making     from shots to finished files: the door for who draws
frames     the history of a project as frames: what each one shows, and of which events
spans      words with what changed in them marked
cut        which frames are shown where there are too many
captions   every word of a film that is not the member's, in both languages
draw       a frame as a picture; what it is drawn with: canvas, grid, lettering, typeface, thumbnails
reel       pictures as a film
sheet      pictures side by side
"""
