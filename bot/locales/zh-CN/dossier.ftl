cmd-evidence-report = 档案
cmd-evidence-report-desc = 当前作品的创作档案，供阅读和出示
opt-evidence-format = 格式
opt-evidence-format-desc = HTML 用任何浏览器即可打开；PDF 便于打印和提交
opt-evidence-language = 语言
opt-evidence-language-desc = 不填则使用你的语言
evidence-format-both = HTML 和 PDF
evidence-format-html = HTML
evidence-format-pdf = PDF
evidence-reported = **{ $title }** 的创作档案：你做了什么、机器做了什么，以及各机构所要求声明的草稿。没有向任何地方递交。本次交付已记录为 #{ NUMBER($number, useGrouping: 0) }，并附各文件的哈希值。
    -# 档案供阅读；要用于证明，请一并保存证据包（`/证据 导出`）。
evidence-report-no-pdf = 这次未能生成 PDF，HTML 的内容与之相同。请告知运营者。
error-dossier-large = 创作档案有 { $size } MiB，而这里最多只能发送 { $limit } MiB，因此没有发出。你的记录完整保留；请改为只要 HTML 或 PDF，或向运营者索取证据包（`colophon export`），其中含有档案。
error-dossier-long = 这件作品有 { NUMBER($events, useGrouping: 0) } 个事件，而创作档案最多收录 { NUMBER($limit, useGrouping: 0) } 个，因此没有生成。你的记录完整保留；用 `/证据 导出` 可取得全部内容。
