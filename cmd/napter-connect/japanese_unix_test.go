//go:build unix

package main

import (
	"os"
	"strings"
	"testing"

	"github.com/napter-connect/napter-connect/internal/simulator"
)

// A whole SSH session speaks Japanese: the login's questions, which take the same
// answers as in English, the escapes' help, and what is known of the connection.
func TestShellInJapanese(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Options{Password: "raspberry"})
	if err := os.Remove(w.vars["XDG_STATE_HOME"] + "/napter-connect/known_hosts"); err != nil {
		t.Fatal(err)
	}
	s := w.onScreen(24, 120, "--lang", "ja", "ssh", "-l", "pi", "gateway-001")
	s.shows("gateway-001 (sim-" + gateway + ") が本物のデバイスかどうか、まだ確認できていません。\r\nED25519 鍵のフィンガープリントは SHA256:")
	s.shows("この鍵を信頼して接続を続けますか (yes/no/[フィンガープリント])? ")
	s.types("hai\n")
	s.shows("'yes' か 'no'、またはフィンガープリントを入力してください: ")
	s.types("yes\n")
	s.shows("(pi@gateway-001) Password: ") // the device's own words
	s.types("wrong\n")
	s.shows("認証に失敗しました。もう一度入力してください。")
	s.until("the second question", func() bool { return strings.Count(s.text(), "Password:") == 2 })
	s.types("raspberry\n")
	s.shows("$ ")
	s.types("~?")
	s.shows(" ~.   セッションを終了\r\n")
	s.types("~I")
	s.shows("gateway-001 に接続中 (接続先 127.0.0.1:")
	s.shows("、往復 ")
	s.types("~.")
	s.ends(255)
	w.nothingOpen()
}
