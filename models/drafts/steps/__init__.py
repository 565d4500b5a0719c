"""Many pipeline calls share one network: the step loop.

Each candidate runs diffusers' own pipeline call, unchanged, in a coroutine. Where the call enters a network it pauses;
the loop merges all paused calls that fit together into one forward and resumes each with its rows. What a pipeline
does between two forwards (its scheduler, its masks, its guidance) stays its own business, so that every pipeline, every
scheduler and every operation of diffusers takes part, and equals the pipeline run alone.
"""
