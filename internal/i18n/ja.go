package i18n

func japanese() *Texts {
	return &Texts{
		Lang: Japanese,
		App: App{
			TooSmall:   "ウィンドウが小さすぎます。%d 桁 × %d 行以上にしてください。",
			Loading:    "SIM を取得しています…",
			LoadingN:   "%d 枚の SIM を取得済み…",
			Slowed:     "API の利用制限中です。%d 秒後に再開します",
			Updated:    "%s に更新",
			NoSIMs:     "このアカウントには SIM がありません。",
			NoMappings: "開いているポートマッピングはありません。",
			NoSessions: "実行中の転送やブラウザーはありません。SIM を選んで o または f を押すと始まります。",
			NoMatch:    "「%s」に一致する SIM はありません。Esc でフィルターを解除できます。",
			HelpTitle:  "キー操作",
			Copied:     "%s をコピーしました",
		},
		Tabs: Tabs{SIMs: "SIM", Mappings: "ポートマッピング", Sessions: "セッション"},
		Columns: Columns{
			State: "状態", Name: "名前", SIMID: "SIM ID", IP: "IP アドレス", Plan: "プラン", LastSeen: "最終通信", Mappings: "マッピング",
			SIM: "SIM", DevicePort: "ポート", Endpoint: "接続先", TLS: "TLS", Source: "接続元", Left: "残り時間",
			Whose: "作成者",
			Kind:  "種類", Local: "ローカル", Connections: "接続数", Received: "受信", Sent: "送信",
		},
		States: States{
			Online: "オンライン", Offline: "オフライン", Arc: "Arc", Ready: "準備完了", Inactive: "休止中", Standby: "スタンバイ",
			Suspended: "利用中断中", Terminated: "解約済み", Unknown: "不明",
			InUse: "使用中 (このマシン)", LeftOver: "消し忘れ (このマシン)", Kept: "保持 (このマシン)", Other: "ほかの利用者",
			Forward: "転送", Browser: "ブラウザー", Viewer: "ビューアー", Shell: "シェル",
			Yes: "あり", No: "なし",
		},
		Details: Details{
			Title: "詳細", SIMID: "SIM ID", Name: "名前", IMSI: "IMSI", IMEI: "IMEI", ICCID: "ICCID", MSISDN: "MSISDN",
			IP: "IP アドレス", Cell: "基地局", Plan: "プラン", Group: "グループ", Tags: "タグ", Status: "ステータス",
			LastSeen: "最終通信", Mappings: "マッピング", LastLogin: "前回の接続", None: "なし",
		},
		Status: Status{
			Profile: "プロファイル", Coverage: "カバレッジ", Operator: "オペレーター", Address: "接続元 IP",
			Japan: "日本", Global: "グローバル",
			Agreed: "%d サービスで一致", Asking: "確認中…", NoAddress: "不明",
		},
		Filter: Filter{
			Prompt: "フィルター", Placeholder: "名前、ID、IP、タグの一部",
			Count: "%s / %s 件", OnlineOnly: "オンラインのみ", All: "すべて", Sort: "%s順", Searching: "検索中…",
		},
		Keys: Keys{
			Up: "上へ", Down: "下へ", PageUp: "前のページ", PageDown: "次のページ", Top: "先頭", Bottom: "末尾",
			Filter: "フィルター", Clear: "解除", Connect: "接続…", ConnectNow: "すぐ接続",
			Browser: "ブラウザー", Forward: "転送", Delete: "削除", Copy: "コピー", Online: "オンライン/すべて", Sort: "並べ替え",
			Refresh: "更新", Help: "ヘルプ", Quit: "終了", NextTab: "次の画面", Tab: "画面を選ぶ", Select: "選択",
			Stop: "停止", Details: "詳細", Cancel: "キャンセル", Accept: "決定", Close: "閉じる", Next: "次の項目",
			Previous: "前の項目", Change: "変更", Yes: "はい", No: "いいえ",
		},
		Cannot: Cannot{
			NoSIM:     "SIM が選ばれていません。",
			NoMapping: "ポートマッピングが選ばれていません。",
			Unmapped:  "この SIM に開いているポートマッピングはありません。",
			NoSession: "セッションが選ばれていません。",
			Offline:   "この SIM はオフラインです。セッションのないデバイスには接続できません。",
			Loading:   "一覧をまだ取得していません。",
			Inactive:  "この SIM は%sです。接続できるのは使用中の SIM だけです。",
		},
		Form: Form{
			Title: "%s に接続", Protocol: "プロトコル", Port: "ポート", User: "ユーザー", Duration: "有効時間",
			Service: "サービス", TLS: "TLS", Source: "接続元", Submit: "接続",
			SSH: "SSH", HTTP: "HTTP", HTTPS: "HTTPS", VNC: "VNC", RDP: "RDP", TCP: "その他の TCP",
			Air: "SIM", Arc: "Arc", Auto: "自動",
			SourceAgreed: "このマシンの IP アドレス (%d サービスで一致)", SourceGiven: "指定された範囲", SourceAsking: "IP アドレスを確認しています…",
			SourceWide: "%d 個のアドレスから接続できます", BadPort: "1 から 65535 の数字を入力してください",
			BadDuration: "30m や 8h のように入力してください (最長 8h)", BadSource: "203.0.113.7/32 のような IPv4 の範囲を入力してください",
			NeedSource: "IP アドレスを確認できません。範囲を入力してください", UserHint: "ssh_config に従います", TLSHint: "Soracom が暗号化します (デバイスは平文)",
		},
		Dialogs: Dialogs{
			DeleteTitle: "ポートマッピングを削除しますか?", DeleteOther: "%s (%s) はほかの利用者が作成しました。削除すると、使用中の接続は切れます。",
			DeleteMany: "%d 件のポートマッピングを削除します。使用中の接続は切れます。", DeleteInUse: "%s はこのマシンで使用中です: %s",
			QuitTitle: "終了しますか?", QuitSessions: "実行中のセッション: %d 件", QuitHow: "終了するとセッションは切れ、ポートマッピングは削除されます。",
			Delete: "削除", Cancel: "キャンセル", Quit: "終了", Yes: "はい", No: "いいえ",
		},
		Steps: Steps{
			Title: "%s に接続しています", Keeper: "keeper を起動", Login: "ログイン", Address: "接続元 IP アドレスを確認",
			SIM: "SIM を検索", List: "ポートマッピングを確認", Mapping: "ポートマッピングを作成", Dial: "デバイスに接続",
			SSH: "デバイスにログイン", Viewer: "ビューアーを起動", Delete: "ポートマッピングを削除", Out: "ログアウト",
			Cancelling: "中止して後始末をしています…", Took: "%.1f 秒", Seconds: "%d 秒",
		},
		Errors: Errors{
			Title: "うまくいきませんでした", Cause: "原因", NextStep: "対処", Details: "詳細", Dismiss: "Enter または Esc で続けます",
			Listing: "一覧を取得できませんでした: %s",
		},
		Results: Results{
			Deleted: "ポートマッピング %s を削除しました。", Expired: "ポートマッピング %s は期限が切れていました。", Kept: "ポートマッピング %s は開いたままです。",
			SharedStill: "ポートマッピング %s は別のコマンドが使用中です。", Foreign: "ポートマッピング %s はほかの利用者のものなので残します。",
			Pending:    "ポートマッピング %s をまだ削除できません。あとで再試行します。",
			Lingers:    "ポートマッピング %s はしばらくしてから削除します。",
			ShellEnded: "%s のセッションを終了しました。", ShellStatus: "%s のセッションは終了ステータス %d で終わりました。",
			Opened: "%s を開きました", Forwarding: "%s を %s のポート %d に転送しています。",
			Stopped: "%s を停止しました。", Cancelled: "中止しました。ポートマッピングは残っていません。",
		},
		Shell: Shell{
			Banner: "%s に接続しました (接続先 %s、%s まで有効)。", Leave: "Enter ~ . で切断、Enter ~ ? でエスケープの一覧を表示します。",
		},
		Times: Times{
			Never: "なし", Ended: "終了", Now: "今", Seconds: "%d 秒", Minutes: "%d 分", Hours: "%d 時間", Days: "%d 日",
			Ago: "%s前", EndsIn: "残り %s", Kilobytes: "%.1f kB", Megabytes: "%.1f MB", Byte: "%d B",
		},
		Plain: plainJapanese(),
		CLI:   cliJapanese(),
		UI:    uiJapanese(),

		messages: japaneseMessages(),
	}
}
