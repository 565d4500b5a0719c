"""The making of a piece as pictures that anyone can look at: a short film and a contact sheet, made from the record.

frames     the history of a project as frames: what each one shows, and of which events
cut        which of them are shown where there are too many
captions   every word of a film that is not the member's, in both languages
draw       a frame as a picture           (canvas, lettering, typeface: what it is drawn with)
reel       pictures as a film             sheet: pictures side by side
"""
