package client

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// TestLimits: what the API is documented to refuse never leaves this machine.
func TestLimits(t *testing.T) {
	ctx := context.Background()
	srv := newServer(t, answer(500, ""))
	c, _ := newClient(t, srv.URL)
	s := c.Session(func(context.Context) (Token, error) { return testToken, nil })
	key := Credentials{AuthKeyID: "k", AuthKey: "secret"}
	create := func(change func(*CreatePortMappingRequest)) error {
		r := sshRequest()
		change(&r)
		return none(s.CreatePortMappingForSim(ctx, "89", r))
	}
	type creation = *CreatePortMappingRequest
	for want, err := range map[string]error{
		"credentials are not complete":          none(c.Auth(ctx, Credentials{AuthKeyID: "k"}, 0)),
		"3m0s to 48h0m0s, not 2m59s":            none(c.Auth(ctx, key, 179*time.Second)),
		"3m0s to 48h0m0s, not 48h0m1s":          none(c.Auth(ctx, key, 172801*time.Second)),
		"3m0s to 48h0m0s, not -1s":              none(c.Auth(ctx, key, -time.Second)),
		"3m0s to 1h0m0s, not 1h0m1s":            none(c.SwitchUser(ctx, testToken, "OP", "u", 3601*time.Second)),
		"needs an operator ID":                  none(c.SwitchUser(ctx, testToken, "", "u", 0)),
		"3m0s to 48h0m0s, not 1s":               none(s.GenerateAuthToken(ctx, time.Second)),
		`can't search for "a"`:                  none(collect(s.SearchSims(ctx, SearchSimsQuery{Name: []string{"ok", "a"}}))),
		`can't search for "京"`:                  none(collect(s.SearchSims(ctx, SearchSimsQuery{Tag: []string{"京"}}))),
		`can't search for "a,b"`:                none(collect(s.SearchSims(ctx, SearchSimsQuery{Name: []string{"a,b"}}))),
		`ONLINE or OFFLINE, not "online"`:       none(collect(s.SearchSims(ctx, SearchSimsQuery{SessionStatus: "online"}))),
		`and or or, not "xor"`:                  none(collect(s.SearchSims(ctx, SearchSimsQuery{SearchType: "xor"}))),
		"101 items":                             none(collect(s.SearchSims(ctx, SearchSimsQuery{Limit: 101}))),
		"-1 items":                              none(collect(s.ListSims(ctx, -1))),
		"1001 items":                            none(collect(s.GetNapterAuditLogs(ctx, NapterAuditQuery{Limit: 1001}))),
		`"" can't be part`:                      none(s.GetSim(ctx, "")),
		`".." can't be part`:                    none(s.GetSim(ctx, "..")),
		`"." can't be part`:                     none(s.ListPortMappingsForSim(ctx, ".")),
		"port must be 1 to 65535, not 0":        create(func(r creation) { r.Port = 0 }),
		"port must be 1 to 65535, not 70000":    create(func(r creation) { r.Port = 70000 }),
		"duration must be 1s to 8h, not 0s":     create(func(r creation) { r.Duration = 0 }),
		"duration must be 1s to 8h, not 999ms":  create(func(r creation) { r.Duration = 999 * time.Millisecond }),
		"duration must be 1s to 8h, not 9h0m0s": create(func(r creation) { r.Duration = 9 * time.Hour }),
		"at least one source range":             create(func(r creation) { r.SourceRanges = nil }),
		"0.0.0.0/0 is the whole world":          create(func(r creation) { r.SourceRanges[0] = netip.MustParsePrefix("0.0.0.0/0") }),
		"::/0 is the whole world":               create(func(r creation) { r.SourceRanges[0] = netip.MustParsePrefix("::/0") }),
		"not a valid CIDR":                      create(func(r creation) { r.SourceRanges[0] = netip.Prefix{} }),
		"a source range is not a valid":         create(func(r creation) { r.SourceRanges[0] = netip.MustParsePrefix("::ffff:0.0.0.0/96") }),
		`service must be air or arc, not ""`:    create(func(r creation) { r.Service = "" }),
		"needs a SIM ID or an IMSI":             none(s.CreatePortMapping(ctx, sshRequest())),
		"there is none":                         s.DeletePortMapping(ctx, netip.Addr{}, 22),
		"port must be 1 to 65535, not 65536":    s.DeletePortMapping(ctx, netip.MustParseAddr("192.0.2.1"), 65536),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	if calls := srv.seen(); len(calls) != 0 {
		t.Errorf("%d requests were sent: %v", len(calls), srv.methods())
	}
}

func TestSecretsDoNotPrint(t *testing.T) {
	cred := Credentials{AuthKeyID: "keyId-1", AuthKey: "hunter2", Email: "a@example.com", Password: "hunter2", MFAOTPCode: "hunter2"}
	token := Token{APIKey: "hunter2", Token: "hunter2", OperatorID: "OP1", UserName: "u"}
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		for _, v := range []any{cred, &cred, token, &token, []any{cred, token}} {
			if s := fmt.Sprintf(format, v); strings.Contains(s, "hunter2") {
				t.Errorf("%s prints %s", format, s)
			}
		}
	}
}
