"""The whole product as real processes: launcher, bot, vLLM, drafts server, pocket server, page."""
