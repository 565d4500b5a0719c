about-head = ## Colophon { $version }
    Drafts, answers about authorship, and a record of making. Source code: Apache-2.0.
about-drafts = **What draws**
about-answers = **What answers** { $writes ->
    [yes] · the model writes from the facts, and each claim is checked against them
   *[no] · answers are the facts' own words; the model below does not write about law
}
about-model = • **{ $name }** · revision { $revision } · licence { $licence }{ $reported ->
    [yes] {" "}(as reported)
   *[no] {""}
} · from { $source }
about-embedded = Colophon itself
about-unknown = not told
about-not-said = • The drafts server is still starting and has not said.
about-more = … and { $count } more.
about-facts = • { NUMBER($count, useGrouping: 0) } facts, the newest as of { $newest }. Information, not legal advice.
about-log = **The log** { $origin }
    { NUMBER($size, useGrouping: 0) } events. With its public key anybody can check a bundle or a receipt, without us:
    ```
    { $vkey }
    ```
about-privacy = **What is recorded** Once you have agreed: your briefs, settings, uploads and choices with their times, encrypted with a key of your own. Questions are not recorded. { $privacy } shows it, and you can erase it.
