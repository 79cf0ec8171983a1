package lease

import (
	"errors"
	"net/netip"
	"testing"
	"time"

	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/i18n"
	"github.com/napter-connect/napter-connect/internal/message"
)

// Nothing English is left in what is said in Japanese.
func TestErrorsInJapanese(t *testing.T) {
	r := newRecord("1", Spec{SimID: "8981", Port: 22}, time.Now(), ownerRecord{})
	live := *r
	live.Mapping = &client.PortMapping{IPAddress: "192.0.2.1", Port: 12345}
	live.Mapping.Destination.Port = 22
	mine := netip.MustParsePrefix("203.0.113.7/32")
	asked := Spec{SimID: "8981", Port: 22, Sources: []netip.Prefix{mine}}
	wide := client.PortMapping{SimID: "8981"}
	wide.Destination.Port, wide.Source.IPRanges = 22, []string{"0.0.0.0/0"}
	kept := mismatch(wide, asked)
	kept.Pending = message.Errorf("deleting %s: %w", live.describe(), ErrClosed)
	_, broken := decodeRecord("1", []byte(`{"version": 9}`))
	for _, c := range []struct {
		err         error
		cause, hint string
	}{
		{
			err:   message.Errorf("deleting %s: %w", r.describe(), errRival),
			cause: `SIM "8981" のポート 22 への、作成されたかもしれないマッピング の削除: ほかのプロセスが同じポートマッピングを作成中です`,
		},
		{
			err:   mismatch(wide, asked),
			cause: `要求と異なるポートマッピングが API で作成されました (接続元: 要求 203.0.113.7/32、実際 "0.0.0.0/0")。このポートマッピングは削除しました`,
		},
		{
			err: kept,
			cause: `要求と異なるポートマッピングが API で作成されました (接続元: 要求 203.0.113.7/32、実際 "0.0.0.0/0")。` +
				"削除できませんでした: ポート 22 へのマッピング 192.0.2.1:12345 の削除: ジャーナルはすでに閉じられています",
			hint: "消し忘れは napter-connect mappings prune で削除してください",
		},
		{
			err:   &LostError{Err: errNotYet, Resolved: true},
			cause: "ポートマッピングの作成: ポートマッピングが一覧に現れるのを待っています (作成されていたポートマッピングは削除しました)",
			hint:  "もう一度お試しください",
		},
		{
			err:   Problem{File: "1.json", Err: errors.Join(broken, ErrInUse)},
			cause: "ジャーナルのエントリー 1.json: バージョン 9: 新しいバージョンの napter-connect が書いたものです\nほかのプロセスが使用中です",
			hint:  "napter-connect を更新してください。エントリーには手を加えていません",
		},
		{
			err:   &DirError{Dir: "/j", Err: ownFolder("j")},
			cause: `/j のジャーナルを使用できません: "j" は絶対パスではありません`,
			hint: "フォルダーを書き込み可能にするか、書き込めるフォルダーを XDG_STATE_HOME に設定してください。" +
				"記録できないあいだは、ポートマッピングを作成しません",
		},
		{
			err:   asked.check(),
			cause: "ポートマッピングの作成: 有効時間 0s は指定できません",
		},
	} {
		japanese := i18n.For(i18n.Japanese)
		if cause, hint := japanese.Error(c.err), japanese.Hint(c.err); cause != c.cause || hint != c.hint {
			t.Errorf("%q\n\tin Japanese %q\n\thint %q", c.err, cause, hint)
		}
	}
}
