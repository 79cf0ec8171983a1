package i18n

// jaHelpLong are the descriptions of commands, and the examples that say what they
// do.
func jaHelpLong() map[string]string {
	return map[string]string{
		`napter-connect reaches devices behind Soracom SIMs.

It finds the SIM, learns your public IPv4 address, opens a Soracom Napter port
mapping for that one address, connects, and deletes the mapping at the end.

SIM is a SIM ID, an IMSI or the exact name. The exit status is 0, 1 (failed), 2 (wrong
usage) or 130 (interrupted); that of ssh is the remote command's, or 255.`: `napter-connect は、Soracom の SIM を挿したデバイスに接続します。

SIM を探し、このマシンのグローバル IPv4 アドレスを調べ、そのアドレスだけを許可する
SORACOM Napter のポートマッピングを作成して接続します。終わるとマッピングを削除します。

SIM には SIM ID、IMSI、または正確な名前を指定します。終了ステータスは 0、1 (失敗)、
2 (使い方の誤り)、130 (中断) です。ssh ではデバイス側のコマンドのもの、または 255 です。`,

		`  napter-connect auth login                 once: try your AuthKey and keep it
  napter-connect                            pick a SIM and connect
  napter-connect ssh pi@gateway-001         a shell on a device
  napter-connect ssh gateway-001 uptime     one command, with its exit status
  napter-connect demo ssh gateway-001       try it without an account`: `  napter-connect auth login                 最初に一度だけ: 認証キーを確認して保存
  napter-connect                            SIM を選んで接続
  napter-connect ssh pi@gateway-001         デバイスのシェルを開く
  napter-connect ssh gateway-001 uptime     コマンドを 1 つ実行 (終了ステータスも同じ)
  napter-connect demo ssh gateway-001       アカウントなしで試す`,

		`Open a shell on the device behind a SIM, or run one command there.

SIM is a SIM ID, an IMSI or the exact name. Flags end at the SIM: all that follows
is the remote command. The exit status is the remote one; 255 for an error of our
own. What your ssh_config says for the SIM's name holds: User, Port (the device's),
IdentityFile, IdentitiesOnly, IdentityAgent and ForwardAgent.

In a shell, Enter ~ . ends the session, Enter ~ ? lists the escapes. On a slow link
what you type shows at once, underlined until the device confirms it.`: `SIM を挿したデバイスのシェルを開くか、デバイスでコマンドを 1 つ実行します。

SIM には SIM ID、IMSI、または正確な名前を指定します。フラグは SIM より前に書きます。
SIM より後ろはすべてデバイスで実行するコマンドです。終了ステータスはデバイス側のもので、
napter-connect 自身のエラーでは 255 です。ssh_config にある SIM の名前への設定のうち、
User、Port (デバイスのポート)、IdentityFile、IdentitiesOnly、IdentityAgent、
ForwardAgent を使います。

シェルでは、Enter ~ . で切断し、Enter ~ ? でエスケープの一覧を表示します。遅い回線では、
入力した文字をすぐに表示し、デバイスが確認するまで下線を付けます。`,

		`Connect standard input and output with a port of a device, for programs that
speak through such a command: OpenSSH's ProxyCommand above all, and with it scp, sftp,
rsync, git, Ansible and VS Code.

SIM is a SIM ID, an IMSI or the exact name; a .napter at its end is dropped. stdout
carries what the device sends and nothing else. Nothing is ever asked. The exit status
is 0 when the connection ended in order, and 1 otherwise.`: `標準入出力をデバイスのポートにつなぎます。コマンドを通して通信するプログラム、とくに
OpenSSH の ProxyCommand のためのもので、scp、sftp、rsync、git、Ansible、VS Code でも
使えます。

SIM には SIM ID、IMSI、または正確な名前を指定します。末尾の .napter は無視します。
標準出力にはデバイスから届いたデータだけを出力し、質問はいっさいしません。終了
ステータスは、接続が正常に終われば 0、それ以外は 1 です。`,

		`Listen on local ports that lead to ports of the device behind a SIM, until Ctrl-C.

A port is [[BIND:]LPORT:]PORT. PORT is the device's. LPORT 0 takes any free port;
without LPORT it is the device's number where that is free here. Only programs of this
machine can connect, unless BIND is another of its addresses. Each port that is ready
is one line on stdout.

The command after -- runs while the ports are open, and its exit status is that of
forward. In it {host} and {port} stand for where the first local port is, {address} for
both as host:port, and {port2} for the number of the second one.

When a port mapping ends, the next connection opens another one.`: `このマシンのポートで待ち受け、SIM を挿したデバイスのポートに転送します。Ctrl-C で
終了します。

ポートは [[BIND:]LPORT:]PORT の形で指定します。PORT はデバイスのポートです。LPORT は
このマシンのポートで、0 なら空いているもの、省略すると (空いていれば) PORT と同じ番号を
使います。BIND にこのマシンの別のアドレスを指定しない限り、接続できるのはこのマシンの
プログラムだけです。準備のできたポートを、標準出力に 1 行ずつ出力します。

-- の後ろのコマンドは、ポートが開いている間に実行され、その終了ステータスが forward の
終了ステータスになります。コマンドの中の {host} と {port} は最初のポートのアドレスと
番号、{address} はその両方 (host:port)、{port2} は 2 番目のポートの番号に置き換わります。

ポートマッピングの期限が切れると、次の接続のときに新しく作成します。`,

		`  napter-connect forward gateway-001 8080:80
  napter-connect forward gateway-001 5900 0:502 --json
  napter-connect forward gateway-001 5432 -- psql -h {host} -p {port} metrics
  napter-connect forward --tls gateway-001 8080:80     encrypted up to Soracom`: `  napter-connect forward gateway-001 8080:80
  napter-connect forward gateway-001 5900 0:502 --json
  napter-connect forward gateway-001 5432 -- psql -h {host} -p {port} metrics
  napter-connect forward --tls gateway-001 8080:80     Soracom までを暗号化`,

		`Show a device's web page in the browser, or its screen in a viewer.

SIM:PORT names the device's port; http, https, vnc and rdp may stand in its place, and
80 is the default. A page of plain HTTP is shown through TLS that ends at Soracom, so
that nobody on the way reads it. A device that speaks HTTPS itself (443, 8443 or
--scheme https) is reached as it is, with its own certificate. Screens (5900 and
3389) are shown by the viewer that is installed here.

The port mapping lives until Enter, Ctrl-C, the viewer's end or the end of its
duration; then it is deleted. stdout carries the URL.`: `デバイスの Web ページをブラウザーで、またはデバイスの画面をビューアーで開きます。

SIM:PORT の PORT はデバイスのポートで、http、https、vnc、rdp とも書けます。省略すると
80 です。平文の HTTP のページは Soracom までを TLS で暗号化して開くので、途中で読まれる
ことはありません。デバイス自身が HTTPS を使う場合 (443、8443、または --scheme https) は、
デバイスの証明書のまま接続します。画面 (5900 と 3389) は、このマシンにインストール
されているビューアーで開きます。

ポートマッピングは、Enter、Ctrl-C、ビューアーの終了、または有効時間の終わりまで残り、
その後に削除されます。標準出力には URL を出力します。`,

		`  napter-connect open gateway-001
  napter-connect open gateway-001:8080 --path /status
  napter-connect open router-7:443
  napter-connect open panel-3:vnc
  napter-connect open --print gateway-001        just the URL, for another browser`: `  napter-connect open gateway-001
  napter-connect open gateway-001:8080 --path /status
  napter-connect open router-7:443
  napter-connect open panel-3:vnc
  napter-connect open --print gateway-001        URL だけを出力 (別のブラウザー用)`,

		`Print an ssh_config with a Host block for every named SIM, so that ssh, scp, rsync,
git, Ansible and VS Code reach it by its name. They share the host keys that this
program trusts.

--write keeps the blocks in a file of this program's own, and adds one Include line at
the top of your ~/.ssh/config. Run it again when SIMs were added or renamed; until
then NAME.napter reaches them too. --remove undoes it.

user, port and identity of a SIM come from config.yaml.`: `名前のあるすべての SIM の Host ブロックを持つ ssh_config を出力します。これを使うと、
ssh、scp、rsync、git、Ansible、VS Code から SIM の名前で接続できます。ホスト鍵は、この
プログラムが信頼しているものを共有します。

--write は、ブロックをこのプログラム専用のファイルに保存し、~/.ssh/config の先頭に
Include の行を 1 行追加します。SIM を追加したり名前を変えたりしたら、もう一度実行して
ください。それまでも NAME.napter で接続できます。--remove で元に戻します。

SIM ごとの user、port、identity は config.yaml で指定します。`,

		`List the trusted host keys. A key belongs to a SIM and a device port; IMEI is the
device that was in use when it was trusted.`: `信頼済みのホスト鍵の一覧を表示します。鍵は SIM とデバイスのポートごとです。IMEI は、
信頼したときに使われていたデバイスのものです。`,

		`Print the trusted host keys of a SIM; the exit status is 1 when there is none.

--openssh prints lines in the format of known_hosts for the name as it is given, also
[NAME]:PORT, and exits with 0 in any case: the form for OpenSSH's KnownHostsCommand.`: `SIM の信頼済みホスト鍵を出力します。1 つもなければ、終了ステータスは 1 です。

--openssh は、指定された名前 ([NAME]:PORT も可) の known_hosts の行を出力し、つねに
終了ステータス 0 で終わります。OpenSSH の KnownHostsCommand に使います。`,

		`Remove the host keys of SIMs, as after a device was replaced or set up anew. SIM is a
SIM ID, an IMSI, the exact name, or an alias as known-hosts list shows it:
[sim-…]:2222 removes those of one device port alone. The next connection asks.`: `SIM のホスト鍵を削除します。デバイスを交換したり、設定し直したりしたときに使います。
SIM には SIM ID、IMSI、正確な名前、または known-hosts list に表示される別名を指定します。
[sim-…]:2222 なら、そのポートの鍵だけを削除します。新しい鍵は、次に接続するときに確認します。`,

		`List SIMs, the online ones first. QUERY is a part of a name, SIM ID, IMSI, ICCID,
MSISDN, serial number or tag value.`: `SIM の一覧を、オンラインのものから順に表示します。QUERY には、名前、SIM ID、IMSI、
ICCID、MSISDN、シリアル番号、タグの値のいずれかの一部を指定します。`,

		`Create a port mapping for scripts and other programs. It stays open until its
duration is over, or until: napter-connect mappings delete. PORT is the device's,
22 when it is left out. Prints the address to connect to.`: `スクリプトやほかのプログラムのために、ポートマッピングを作成します。有効時間が終わる
まで、または napter-connect mappings delete で削除するまで残ります。PORT はデバイスの
ポートで、省略すると 22 です。接続先のアドレスを出力します。`,

		`Without a command: list the port mappings of the operator, as mappings list does.`: `コマンドを省略すると、mappings list と同じく、オペレーターのポートマッピングの一覧を
表示します。`,

		`Delete port mappings, whoever made them. IP:PORT is an address as mappings list shows
it. Connections through it end.`: `ポートマッピングを削除します (作成者は問いません)。IP:PORT には mappings list に表示
される接続先を指定します。使用中の接続は切れます。`,

		`Delete the port mappings that a napter-connect on this machine made and could not
delete: its process was killed, or the network was away. Those in use and those of
others stay. The exit status is 0 only when nothing is left over.`: `このマシンの napter-connect が作成したまま、プロセスの強制終了やネットワークの切断で
削除できなかったポートマッピングを削除します。使用中のものと、ほかの利用者のものは
残します。終了ステータスは、消し忘れがなくなったときだけ 0 です。`,

		`Check credentials by logging in, and save them as a profile that only you can read,
in the format of the official CLI (soracom). Asks for what is not given. The secret is
never an argument: it is asked for, or read as one line from stdin.`: `ログインして認証情報を確認し、本人だけが読めるプロファイルに保存します。形式は公式の
CLI (soracom) と同じです。指定のない項目は質問します。シークレットは引数には書かず、
質問に答えるか、標準入力に 1 行で渡します。`,

		`End all API tokens of the profile's user, also those of other programs and of the
user console, as after a leak. The AuthKey itself stays valid.`: `プロファイルのユーザーの API トークンを、ほかのプログラムやユーザーコンソールのものも
含めてすべて無効化します。漏えいしたときなどに使います。認証キー自体は有効なままです。`,

		`Run a command against a simulated Soracom inside this program: no account, no network,
and nothing of yours is read or written. Without a command it opens the terminal UI.`: `このプログラムに内蔵された Soracom のシミュレーターでコマンドを実行します。アカウントも
ネットワークも不要で、手元のファイルの読み書きもしません。コマンドを省略すると、SIM の
一覧の画面を開きます。`,

		`Run a simulated Soracom on loopback: the API, port mappings that work, and devices
that speak SSH and HTTP. It prints the variables that point a shell to it, and runs
until it is interrupted. Nothing leaves this machine.`: `Soracom のシミュレーターをループバックで起動します。API、実際に使えるポートマッピング、
SSH と HTTP に応答するデバイスがあります。シェルで使うための環境変数を出力し、Ctrl-C で
中断するまで動きます。このマシンの外とは通信しません。`,

		`  napter-connect simulator
  napter-connect simulator --sims 100000 --latency 80ms
  napter-connect simulator --device 22=127.0.0.1:22    your own sshd as every device`: `  napter-connect simulator
  napter-connect simulator --sims 100000 --latency 80ms
  napter-connect simulator --device 22=127.0.0.1:22    手元の sshd を全デバイスとして使う`,

		`The keeper is a background process that holds port mappings and logins for all of your
commands, so that they share them, and deletes a mapping when its last command has
ended, also when that was killed. Commands start it, and it ends by itself after ten
minutes without work. --no-keeper does without it.`: `keeper は、ポートマッピングとログインをすべてのコマンドのために保持し、共有する常駐
プロセスです。使うコマンドがなくなると (強制終了されたときも)、ポートマッピングを削除
します。必要になったときに自動で起動し、10 分間使われなければ自動で終了します。
--no-keeper を付けたコマンドは keeper を使いません。`,

		`Delete the port mappings that the keeper holds (also those in use), log out of the
API, and end the keeper. Waits until that is done.`: `keeper が保持しているポートマッピングを (使用中のものも) 削除し、API からログアウトして
keeper を終了します。終わるまで待ちます。`,

		`Print a completion script for a shell: Tab then completes commands, flags, and the
SIMs that were listed or used before.

The lines for bash and PowerShell belong into the file that the shell reads at its
start (~/.bashrc, $PROFILE); those for zsh and fish are run once.`: `シェルの補完スクリプトを出力します。Tab キーで、コマンド、フラグ、一覧に表示したり接続
したりしたことのある SIM を補完できるようになります。

bash と PowerShell の行は、シェルの起動時に読み込まれるファイル (~/.bashrc、$PROFILE) に
書きます。zsh と fish の行は一度だけ実行します。`,

		`Show Napter's audit log, the newest entries first: port mappings that were made
(CREATED), deleted (DELETED) and that ended (EXPIRED), and the connections to them.
ACCESS means that one reached Soracom, CONNECTED that the device took it, CLOSED that
it ended. DENIED: it came from an address that the mapping does not let in, or too
late. REFUSED: there were too many in a short time.

Soracom keeps the log for 24 hours, or for 366 days where that option is on.`: `Napter の監査ログを、新しい順に表示します。ポートマッピングの作成 (CREATED)、削除
(DELETED)、期限切れ (EXPIRED) と、ポートマッピングへの接続が記録されています。
ACCESS は接続が Soracom に届いたこと、CONNECTED はデバイスが接続を受けたこと、CLOSED は
接続が終わったことを表します。DENIED は、許可されていないアドレスから、または期限の
あとに接続があったこと、REFUSED は短い時間に接続が多すぎたことを表します。

ログは 24 時間保存されます。長期保存のオプションが有効なら 366 日間です。`,

		`Look at everything that a session needs: folders, the background keeper, OpenSSH and
its agent, the profile, your public address, login, permissions and clock. Each
problem comes with a next step.

With a SIM, also connect to it as a session would: a port mapping is opened for a
moment and deleted, which counts as a use of Napter for that SIM and month.

The exit status is 0 when nothing failed.`: `セッションに必要なものを確認します: フォルダー、常駐プロセス (keeper)、OpenSSH とその
エージェント、プロファイル、グローバル IPv4 アドレス、ログイン、権限、時計。問題があれば、
次にすることを表示します。

SIM を指定すると、セッションと同じように接続も試します。ポートマッピングを一時的に作成
して削除するため、その SIM でその月に Napter を使ったことになります。

問題がなければ終了ステータスは 0 です。`,
	}
}
