"""The making of a piece as pictures that anyone can look at: a short film and a contact sheet, made from the record.

making     from a history to finished files: the door to all of it
frames     the history of a project as frames: what each one shows, and of which events
spans      words with what changed in them marked
cut        which frames are shown where there are too many
captions   every word of a film that is not the member's, in both languages
draw       a frame as a picture; what it is drawn with: canvas, grid, lettering, typeface, thumbnails
reel       pictures as a film
sheet      pictures side by side
"""
