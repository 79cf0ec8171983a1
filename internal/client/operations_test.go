package client

import (
	"context"
	"encoding/json"
	"iter"
	"net/http"
	"net/netip"
	"reflect"
	"testing"
	"time"
)

func collect[T any](seq iter.Seq2[T, error]) ([]T, error) {
	var list []T
	for item, err := range seq {
		if err != nil {
			return list, err
		}
		list = append(list, item)
	}
	return list, nil
}

func none[T any](_ T, err error) error { return err }

// TestOperations holds every operation against the facts of the official
// definition, written here by hand: path, method, query, body, whether the key
// and token are sent, and the status and shape of a success.
func TestOperations(t *testing.T) {
	ctx := context.Background()
	asked := sshRequest()
	asked.TLSRequired = true
	asked.Duration = 90*time.Minute + 900*time.Millisecond
	asked.SourceRanges = append(asked.SourceRanges, netip.MustParsePrefix("198.51.100.9/24"))
	byIMSI, bySIM := asked, asked
	byIMSI.IMSI = "440101234567890"
	byIMSI.Service = "arc"
	bySIM.SimID, bySIM.IMSI = "8981100000000000001", "440101234567890"
	created := map[string]any{"ipAddress": "192.0.2.10", "port": 40022.0}
	token := map[string]any{"apiKey": "api-x", "token": "tok", "operatorId": "OP0012345678"}

	for _, c := range []struct {
		name   string
		do     func(*Client, *Session) error
		method string
		path   string
		query  string
		body   string
		auth   bool
		status int
		answer any
	}{
		{name: "auth by AuthKey",
			do: func(c *Client, _ *Session) error {
				return none(c.Auth(ctx, Credentials{AuthKeyID: "keyId-a", AuthKey: "secret-b"}, 0))
			},
			method: "POST", path: "/v1/auth", status: 200, answer: token,
			body: `{"authKeyId":"keyId-a","authKey":"secret-b"}`},
		{name: "auth by root password with a life",
			do: func(c *Client, _ *Session) error {
				return none(c.Auth(ctx, Credentials{Email: "a@example.com", Password: "p"}, 3*time.Minute))
			},
			method: "POST", path: "/v1/auth", status: 200, answer: token,
			body: `{"email":"a@example.com","password":"p","tokenTimeoutSeconds":180}`},
		{name: "auth by SAM password with MFA",
			do: func(c *Client, _ *Session) error {
				return none(c.Auth(ctx, Credentials{OperatorID: "OP1", UserName: "u", Password: "p", MFAOTPCode: "123456"}, 48*time.Hour))
			},
			method: "POST", path: "/v1/auth", status: 200, answer: token,
			body: `{"operatorId":"OP1","userName":"u","password":"p","mfaOTPCode":"123456","tokenTimeoutSeconds":172800}`},
		{name: "switchUser",
			do: func(c *Client, _ *Session) error {
				return none(c.SwitchUser(ctx, testToken, "OP2", "target", time.Hour))
			},
			method: "POST", path: "/v1/auth/switch_user", auth: true, status: 200, answer: token,
			body: `{"operatorId":"OP2","userName":"target","tokenTimeoutSeconds":3600}`},
		{name: "logout",
			do:     func(c *Client, _ *Session) error { return c.Logout(ctx, testToken) },
			method: "POST", path: "/v1/auth/logout", auth: true, status: 204},
		{name: "generateAuthToken",
			do:     func(_ *Client, s *Session) error { return none(s.GenerateAuthToken(ctx, 0)) },
			method: "POST", path: "/v1/operators/OP0012345678/token", auth: true, status: 200,
			body: `{"tokenTimeoutSeconds":86400}`, answer: map[string]any{"token": "next"}},
		{name: "revokeUserAuthTokens",
			do: func(_ *Client, s *Session) error {
				return s.RevokeUserAuthTokens(ctx, "OP1", "a/b c")
			},
			method: "DELETE", path: "/v1/operators/OP1/users/a%2Fb%20c/tokens", auth: true, status: 204},
		{name: "revokeOperatorAuthTokens",
			do:     func(_ *Client, s *Session) error { return s.RevokeOperatorAuthTokens(ctx, "OP1") },
			method: "DELETE", path: "/v1/operators/OP1/tokens", auth: true, status: 204},
		{name: "searchSims",
			do: func(_ *Client, s *Session) error {
				return none(collect(s.SearchSims(ctx, SearchSimsQuery{
					Name: []string{"gw 1", "倉庫"}, SimID: []string{"89"}, IMSI: []string{"44"}, ICCID: []string{"81"},
					MSISDN: []string{"09"}, SerialNumber: []string{"DN"}, Tag: []string{"ab"}, Group: []string{"gr"},
					SessionStatus: "ONLINE", SearchType: "OR",
				})))
			},
			method: "GET", path: "/v1/query/sims", auth: true, status: 200, answer: []any{},
			query: "group=gr&iccid=81&imsi=44&limit=100&msisdn=09&name=gw+1&name=%E5%80%89%E5%BA%AB" +
				"&search_type=or&serial_number=DN&session_status=ONLINE&sim_id=89&tag=ab"},
		{name: "listSims",
			do:     func(_ *Client, s *Session) error { return none(collect(s.ListSims(ctx, 0))) },
			method: "GET", path: "/v1/sims", query: "limit=1000", auth: true, status: 200, answer: []any{}},
		{name: "getSim",
			do:     func(_ *Client, s *Session) error { return none(s.GetSim(ctx, "8981100000000000001")) },
			method: "GET", path: "/v1/sims/8981100000000000001", auth: true, status: 200, answer: map[string]any{}},
		{name: "getSubscriber",
			do:     func(_ *Client, s *Session) error { return none(s.GetSubscriber(ctx, "440101234567890")) },
			method: "GET", path: "/v1/subscribers/440101234567890", auth: true, status: 200,
			answer: map[string]any{"simId": "89"}},
		{name: "listPortMappings",
			do:     func(_ *Client, s *Session) error { return none(collect(s.ListPortMappings(ctx))) },
			method: "GET", path: "/v1/port_mappings", query: "limit=1000", auth: true, status: 200, answer: []any{}},
		{name: "listPortMappingsForSim",
			do:     func(_ *Client, s *Session) error { return none(s.ListPortMappingsForSim(ctx, "89 1")) },
			method: "GET", path: "/v1/port_mappings/sims/89%201", auth: true, status: 200, answer: []any{}},
		{name: "listPortMappingsForSubscriber",
			do:     func(_ *Client, s *Session) error { return none(s.ListPortMappingsForSubscriber(ctx, "4401")) },
			method: "GET", path: "/v1/port_mappings/subscribers/4401", auth: true, status: 200, answer: []any{}},
		{name: "createPortMapping by IMSI",
			do:     func(_ *Client, s *Session) error { return none(s.CreatePortMapping(ctx, byIMSI)) },
			method: "POST", path: "/v1/port_mappings", auth: true, status: 201, answer: created,
			body: `{"destination":{"imsi":"440101234567890","port":22,"service":"arc"},"duration":5400,
				"source":{"ipRanges":["203.0.113.7/32","198.51.100.0/24"]},"tlsRequired":true}`},
		{name: "createPortMapping by SIM ID",
			do:     func(_ *Client, s *Session) error { return none(s.CreatePortMapping(ctx, bySIM)) },
			method: "POST", path: "/v1/port_mappings", auth: true, status: 201, answer: created,
			body: `{"destination":{"simId":"8981100000000000001","port":22,"service":"air"},"duration":5400,
				"source":{"ipRanges":["203.0.113.7/32","198.51.100.0/24"]},"tlsRequired":true}`},
		{name: "createPortMappingForSim",
			do: func(_ *Client, s *Session) error {
				return none(s.CreatePortMappingForSim(ctx, "8981100000000000001", sshRequest()))
			},
			method: "POST", path: "/v1/port_mappings/sims/8981100000000000001", auth: true, status: 201, answer: created,
			body: `{"destination":{"port":22,"service":"air"},"duration":28800,
				"source":{"ipRanges":["203.0.113.7/32"]},"tlsRequired":false}`},
		{name: "deletePortMapping",
			do: func(_ *Client, s *Session) error {
				return s.DeletePortMapping(ctx, netip.MustParseAddr("::ffff:192.0.2.10"), 40022)
			},
			method: "DELETE", path: "/v1/port_mappings/192.0.2.10/40022", auth: true, status: 204},
		{name: "getNapterAuditLogs",
			do: func(_ *Client, s *Session) error {
				return none(collect(s.GetNapterAuditLogs(ctx, NapterAuditQuery{
					IMSI: "4401", From: time.UnixMilli(1700000000001), To: time.UnixMilli(1700000000002), Limit: 1000,
				})))
			},
			method: "GET", path: "/v1/audit_logs/napter", auth: true, status: 200, answer: []any{},
			query: "from=1700000000001&limit=1000&resource_id=4401&resource_type=Subscriber&to=1700000000002"},
		{name: "getNapterAuditLogs of all",
			do: func(_ *Client, s *Session) error {
				return none(collect(s.GetNapterAuditLogs(ctx, NapterAuditQuery{})))
			},
			method: "GET", path: "/v1/audit_logs/napter", auth: true, status: 200, answer: []any{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			reply := answerJSON(c.status, c.answer)
			if c.status == http.StatusNoContent {
				reply = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }
			}
			srv := newServer(t, reply)
			cl, err := New(Options{
				Endpoint: srv.URL + "/", UserAgent: "napter-connect/9", Lang: "ja",
				Headers: map[string]string{"x-company": "acme"},
			})
			if err != nil {
				t.Fatal(err)
			}
			s := cl.Session(func(context.Context) (Token, error) { return testToken, nil })
			if err := c.do(cl, s); err != nil {
				t.Fatal(err)
			}
			calls := srv.seen()
			if len(calls) != 1 {
				t.Fatalf("%d calls, want 1", len(calls))
			}
			got := calls[0]
			equal(t, "method", got.Method, c.method)
			equal(t, "path", got.Path, c.path)
			equal(t, "query", got.Query, c.query)
			checkBody(t, got, c.body)
			checkHeaders(t, got.Header, c.auth)
		})
	}
}

func checkBody(t *testing.T, got call, want string) {
	t.Helper()
	if want == "" {
		equal(t, "body", got.Body, "")
		equal(t, "Content-Type", got.Header.Get("Content-Type"), "")
		return
	}
	equal(t, "Content-Type", got.Header.Get("Content-Type"), "application/json")
	var g, w any
	if err := json.Unmarshal([]byte(want), &w); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(got.Body), &g); err != nil {
		t.Fatalf("body %q: %v", got.Body, err)
	}
	if !reflect.DeepEqual(g, w) {
		t.Errorf("body:\n got %s\nwant %s", got.Body, want)
	}
}

func checkHeaders(t *testing.T, h http.Header, auth bool) {
	t.Helper()
	key, token := "", ""
	if auth {
		key, token = "api-key", "the-token"
	}
	equal(t, "X-Soracom-API-Key", h.Get("X-Soracom-API-Key"), key)
	equal(t, "X-Soracom-Token", h.Get("X-Soracom-Token"), token)
	equal(t, "X-Soracom-Lang", h.Get("X-Soracom-Lang"), "ja")
	equal(t, "User-Agent", h.Get("User-Agent"), "napter-connect/9")
	equal(t, "X-Company", h.Get("X-Company"), "acme")
}
