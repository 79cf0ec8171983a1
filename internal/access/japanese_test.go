package access

import (
	"net/netip"
	"testing"
	"time"

	"github.com/napter-connect/napter-connect/internal/i18n"
	"github.com/napter-connect/napter-connect/internal/lease"
	"github.com/napter-connect/napter-connect/internal/message"
)

// Nothing English is left in what is said in Japanese.
func TestErrorsInJapanese(t *testing.T) {
	now := time.Date(2026, 1, 10, 12, 0, 0, 0, time.UTC)
	addr := netip.MustParseAddrPort("192.0.2.1:12345")
	for _, c := range []struct {
		err         error
		cause, hint string
	}{
		{
			err: &AmbiguousError{Target: "twin", Now: now, SIMs: []SIM{
				{ID: "8981", Online: true}, {ID: "8982"}, {ID: "8983", SeenAt: now.Add(-30 * time.Second)},
				{ID: "8984", SeenAt: now.Add(-5 * time.Minute)}, {ID: "8985", SeenAt: now.Add(-3 * time.Hour)},
			}},
			cause: `"twin" という名前の SIM が 5 枚あります: 8981 (オンライン), 8982 (接続したことがありません), ` +
				"8983 (2026-01-10 11:59 からオフライン (たった今)), 8984 (2026-01-10 11:55 からオフライン (5 分前)), " +
				"8985 (2026-01-10 09:00 からオフライン (3 時間前))",
			hint: "名前の代わりに SIM ID を指定してください",
		},
		{
			err:   &UnreachableError{SIM: SIM{IMSI: "440100000000001"}, Never: true, Now: now},
			cause: "IMSI 440100000000001 の SIM はまだ一度も接続していません",
			hint:  "SIM をデバイスに入れ、APN (soracom.io) を設定して電源を入れてから、もう一度お試しください",
		},
		{
			err:   &UnreachableError{SIM: SIM{ID: "8981", Status: "inactive"}, Never: true, Now: now},
			cause: "SIM 8981 は休止中です",
			hint:  "先に Soracom のユーザーコンソールで SIM を使用開始してください",
		},
		{
			err:   &UnreachableError{SIM: SIM{ID: "8981", Status: "suspended", SeenAt: now.Add(-49 * time.Hour)}, Now: now},
			cause: "SIM 8981 は利用中断中です。2026-01-08 11:00 からオフライン (2 日前)",
			hint:  "先に Soracom のユーザーコンソールで SIM を使用開始してください",
		},
		{
			err:   &UnreachableError{SIM: SIM{ID: "8981", Status: "terminated"}, Never: true, Now: now},
			cause: "SIM 8981 は解約済みです",
			hint:  "解約済みの SIM は再利用できません。別の SIM を使用してください",
		},
		{
			err:   CheckDuration(9 * time.Hour),
			cause: "有効時間 9h は指定できません",
			hint:  "30m や 2h のように、1s から 8h までの有効時間を指定してください",
		},
		{
			err:   checkSource(netip.MustParsePrefix("203.0.113.7/24")),
			cause: `"203.0.113.7/24" は先頭の 24 ビットより後ろが 0 ではありません`,
			hint:  "範囲なら 203.0.113.0/24、1 個のアドレスなら 203.0.113.7/32 を指定してください",
		},
		{
			err:   message.Errorf("taking over mapping %s: %w", addr, ErrGone),
			cause: "ポートマッピング 192.0.2.1:12345 の引き継ぎ: ポートマッピングは終了しています",
		},
	} {
		japanese := i18n.For(i18n.Japanese)
		if cause, hint := japanese.Error(c.err), japanese.Hint(c.err); cause != c.cause || hint != c.hint {
			t.Errorf("%q\n\tin Japanese %q\n\thint %q", c.err, cause, hint)
		}
	}
}

// Outcomes are words of a person's language.
func TestOutcomesInJapanese(t *testing.T) {
	for _, o := range []lease.Outcome{
		lease.Deleted, lease.Expired, lease.Kept, lease.Shared, lease.Linger, lease.Foreign, lease.Pending,
	} {
		if said := i18n.For(i18n.Japanese).Say(o.Text()); o.Text().String() != string(o) || said == string(o) {
			t.Errorf("%s is %q, and %q in Japanese", o, o.Text(), said)
		}
	}
}
