error-press-forgotten = 这个按钮是我重启之前的，我已不知道它的用途。没有任何改动；请重新运行命令。
error-form-forgotten = 这份表单是在我重启之前打开的，现在无法接收。没有记录；你写的文字已附上，可以重新运行命令后粘贴进去。
error-record-busy = 记录现在非常繁忙，因此什么都没有开始。请稍后再按一次“我同意”。
error-form-incomplete = 表单缺少一个字段。没有记录；请重新打开后再提交。
