package i18n

// UI are further texts of the terminal UI.
type UI struct {
	DeleteOurs, Send                        string // what keys do
	SortName, SortSeen                      string // what Filter.Sort is filled with
	MapsShort                               string // the head of a narrow column: how many mappings
	NoOnline                                string
	SearchFailed                            string // why
	LoginFailed                             string // why
	AddressFailed                           string // why
	NoError, NoOurs                         string // why a key does nothing
	BadUser                                 string
	SourceConfig                            string
	CopyTitle, CopyEndpoint, CopySSH        string
	CopyURL, CopyID, CopyCommand, CopyLocal string
	DeletedSeveral                          string // how many
	DeleteFailed                            string // endpoint, why
	Closing                                 string
	StopTitle                               string
	StopSession                             string // what
	Question                                string
	Hint                                    string // the next step
}

func uiEnglish() UI {
	return UI{
		DeleteOurs: "delete all that is left over", Send: "answer",
		SortName: "name", SortSeen: "last seen", MapsShort: "MAP",
		NoOnline:     "No SIM is online. Press a to show all of them.",
		SearchFailed: "Searching on the server failed: %s", LoginFailed: "Logging in failed: %s",
		AddressFailed: "The public address could not be learnt: %s",
		NoError:       "There is no error to show.", NoOurs: "Nothing that was made here is left over.",
		BadUser: "without spaces", SourceConfig: "from config.yaml",
		CopyTitle: "Copy", CopyEndpoint: "endpoint", CopySSH: "ssh command", CopyURL: "URL", CopyID: "SIM ID",
		CopyCommand: "command", CopyLocal: "local address",
		DeletedSeveral: "%d mappings are deleted.", DeleteFailed: "The mapping %s could not be deleted: %s",
		Closing: "Ending what runs and deleting its mappings…", StopTitle: "Stop?",
		StopSession: "%s ends, and its mapping is deleted.", Question: "A question", Hint: "hint: %s",
	}
}

func uiJapanese() UI {
	return UI{
		DeleteOurs: "消し忘れをすべて削除", Send: "回答",
		SortName: "名前", SortSeen: "最終通信", MapsShort: "数",
		NoOnline:     "オンラインの SIM はありません。a を押すとすべて表示します。",
		SearchFailed: "サーバーでの検索に失敗しました: %s", LoginFailed: "ログインに失敗しました: %s",
		AddressFailed: "接続元 IP を確認できませんでした: %s",
		NoError:       "表示するエラーはありません。", NoOurs: "このマシンの消し忘れはありません。",
		BadUser: "空白は使えません", SourceConfig: "config.yaml の値",
		CopyTitle: "コピー", CopyEndpoint: "接続先", CopySSH: "ssh コマンド", CopyURL: "ブラウザー用 URL", CopyID: "SIM ID",
		CopyCommand: "コマンド", CopyLocal: "ローカルアドレス",
		DeletedSeveral: "%d 件のマッピングを削除しました。", DeleteFailed: "マッピング %s を削除できませんでした: %s",
		Closing: "実行中のものを終了し、マッピングを削除しています…", StopTitle: "停止しますか?",
		StopSession: "%s を終了し、マッピングを削除します。", Question: "質問", Hint: "ヒント: %s",
	}
}
