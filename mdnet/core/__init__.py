"""Pure rules: bytes, text, dates and values in; values out. No disk, clock, database, network or printing.

Where to look:

| room | modules |
|---|---|
| the values | `model`, `settings`, `values`, `identity`, `hashing`, `jsonform` |
| a note's parts | `lines`, `frontmatter` (`yaml12`, `scalars`), `blocks` (`htmlblocks`), `body` |
| one line | `inline`, `mdlinks`, `verbs`, `syntax`, `dates`, `unread_days` |
| a whole note | `parse`, `overlooked`, `passages` (`plaintext`, `backwards`) |
| who is meant | `links`, `who`, `persons`, `network`, `lookup` |
| what changed, what to leave out | `store`, `changes`, `ignore`, `paths`, `conflicts`, `batching` |
| matching | `match` (`match_*`), `terms`, `stopwords`, `cues`, `hearsay`, `told_day`, `towns`, `facts`, `helpers` |
| other languages | `languages`, `letters`, `gloss`, `glossary`, `german`, `in_english`, `vocabulary`, `shipped` |
| searching | `fulltext`, `snippets` |
| give and take, who is due | `balance`, `cadence`, `stats`, `brief` |
| messages | `draft`, `eml` |
| the week | `weeks`, `review` (`review_*`), `privacy` |
| the page as a form | `page`, `ticks`, `renamed`, `taken_ticks`, `markers`, `merge`, `mdtext`, `carry_out` |
| writing | `writeback`, `sections`, `task_line`, `property_edit`, `diff`, `undo`, `loss`, `conflict_merge` |
| the HTML pages | `face`, `charts` (`charts_*`), `page_charts`, `page_links`, `html_policy`, `urls` |
| the served pages | `web`, `served_script` |
"""
