"""The drafts server: the only room that imports torch and diffusers."""
