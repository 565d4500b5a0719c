"""The dossier: a project's record as a person reads it, in HTML and PDF, English or Chinese.

    History ─ content ─ Content ─┬ compose ─ Document ─┬ html
                                 └ statements ┘        └ pdf (typst, in a process of its own)

It is made of opened values alone and repeats them for reading; evidence is the log. Every sentence that says something
of the work names the events behind it, and what the record does not hold is called "not on record".
"""
