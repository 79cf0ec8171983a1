package simulator

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"
)

func TestAuthForms(t *testing.T) {
	s := start(t, Options{})
	u := anonymous(t, s)
	root, _ := s.Account(Root)
	sam, _ := s.Account(Engineer)
	for name, c := range map[string]struct {
		body map[string]any
		user string
	}{
		"root AuthKey":  {map[string]any{"authKeyId": root.AuthKeyID, "authKey": root.AuthKey}, ""},
		"root password": {map[string]any{"email": root.Email, "password": root.Password}, ""},
		"SAM AuthKey":   {map[string]any{"authKeyId": sam.AuthKeyID, "authKey": sam.AuthKey, "tokenTimeoutSeconds": 180}, Engineer},
		"SAM password":  {map[string]any{"operatorId": sam.OperatorID, "userName": Engineer, "password": sam.Password, "tokenTimeoutSeconds": 172800}, Engineer},
	} {
		got := u.call("POST", "/auth", c.body).ok(200).object()
		name0, has := got["userName"]
		if !strings.HasPrefix(got["apiKey"].(string), "api-") || got["operatorId"] != s.OperatorID() || has != (c.user != "") || has && name0 != c.user {
			t.Errorf("%s: %v", name, got)
		}
		payload, err := base64.RawURLEncoding.DecodeString(strings.Split(got["token"].(string), ".")[1])
		var claims struct{ Operator struct{ OperatorID string } }
		if err != nil || json.Unmarshal(payload, &claims) != nil || claims.Operator.OperatorID != s.OperatorID() {
			t.Errorf("%s: the token's payload is %s (%v)", name, payload, err)
		}
	}
	if n := s.Tokens(); n != 4 {
		t.Errorf("%d tokens, want 4", n)
	}
}

func TestAuthRefuses(t *testing.T) {
	s := start(t, Options{})
	u := anonymous(t, s)
	sam, _ := s.Account(Engineer)
	mfa, _ := s.Account(Careful)
	contractor, _ := s.Account(Contractor)
	for _, c := range []struct {
		name   string
		body   any
		status int
		code   string
	}{
		{"wrong AuthKey", map[string]any{"authKeyId": sam.AuthKeyID, "authKey": "secret-x"}, 401, "AUM0005"},
		{"unknown AuthKey", map[string]any{"authKeyId": "keyId-x", "authKey": sam.AuthKey}, 401, "AUM0005"},
		{"wrong password", map[string]any{"operatorId": sam.OperatorID, "userName": Engineer, "password": "x"}, 401, "AUM0005"},
		{"no password set", map[string]any{"operatorId": contractor.OperatorID, "userName": Contractor, "password": "x"}, 401, "AUM0005"},
		{"wrong root", map[string]any{"email": "root@example.com", "password": "x"}, 401, "AUM0005"},
		{"no code", map[string]any{"operatorId": mfa.OperatorID, "userName": Careful, "password": mfa.Password}, 401, "AUM0006"},
		{"wrong code", map[string]any{"operatorId": mfa.OperatorID, "userName": Careful, "password": mfa.Password, "mfaOTPCode": "12345"}, 401, "AUM0007"},
		{"password before code", map[string]any{"operatorId": mfa.OperatorID, "userName": Careful, "password": "x"}, 401, "AUM0005"},
		{"nothing", map[string]any{}, 400, "COM0001"},
		{"half", map[string]any{"authKeyId": sam.AuthKeyID}, 400, "COM0001"},
		{"unknown field", map[string]any{"authKeyId": sam.AuthKeyID, "authKey": sam.AuthKey, "username": "x"}, 400, "COM0001"},
		{"too short", map[string]any{"authKeyId": sam.AuthKeyID, "authKey": sam.AuthKey, "tokenTimeoutSeconds": 179}, 400, "COM0001"},
		{"too long", map[string]any{"authKeyId": sam.AuthKeyID, "authKey": sam.AuthKey, "tokenTimeoutSeconds": 172801}, 400, "COM0001"},
	} {
		t.Run(c.name, func(t *testing.T) {
			(&user{t: t, s: s, client: u.client}).call("POST", "/auth", c.body).fails(c.status, c.code)
		})
	}
	code, err := s.CurrentOTP(Careful)
	if err != nil {
		t.Fatal(err)
	}
	u.call("POST", "/auth", map[string]any{"operatorId": mfa.OperatorID, "userName": Careful, "password": mfa.Password, "mfaOTPCode": code}).ok(200)
}

// TestTOTP holds the codes of RFC 6238, appendix B (SHA-1), in six digits.
func TestTOTP(t *testing.T) {
	for at, want := range map[int64]string{59: "287082", 1111111109: "081804", 20000000000: "353130"} {
		if got := totp([]byte("12345678901234567890"), time.Unix(at, 0)); got != want {
			t.Errorf("at %d: %s, want %s", at, got, want)
		}
	}
}

func TestTokensEnd(t *testing.T) {
	s := start(t, Options{})
	fresh := func() *user { return login(t, s, Engineer) }
	check := func(u *user, code string) {
		t.Helper()
		r := u.call("GET", "/sims?limit=1", nil)
		if code == "" {
			r.ok(200)
		} else {
			r.fails(401, code)
		}
	}
	u := fresh()
	check(u, "")
	u.call("POST", "/auth/logout", nil).ok(204)
	check(u, "AUM0002")
	if string(u.call("GET", "/sims", nil).body) == "" || s.Tokens() != 0 {
		t.Errorf("%d tokens after the logout", s.Tokens())
	}

	u = fresh()
	s.RevokeTokens()
	if r := u.call("GET", "/sims", nil); !strings.Contains(string(r.body), "Invalid API key") {
		t.Errorf("revoked: %s", r.body)
	}

	u, other, root := fresh(), login(t, s, Reader), login(t, s, Root)
	u.call("DELETE", "/operators/"+s.OperatorID()+"/users/"+Engineer+"/tokens", nil).ok(204)
	check(u, "AUM0002")
	check(other, "")
	root.call("DELETE", "/operators/OP0000000000/tokens", nil).fails(400, "AUM0010")
	root.call("DELETE", "/operators/"+s.OperatorID()+"/users/nobody/tokens", nil).fails(400, "AUM0010")
	root.call("DELETE", "/operators/"+s.OperatorID()+"/tokens", nil).ok(204)
	check(root, "AUM0002")
	check(other, "")

	u = fresh()
	s.Advance(24*time.Hour - time.Second)
	check(u, "")
	s.Advance(time.Second)
	check(u, "AUM0004")
	if s.Tokens() != 0 {
		t.Errorf("%d tokens after their time", s.Tokens())
	}
	stranger := anonymous(t, s)
	check(stranger, "AUM0001")
	stranger.key, stranger.token = "api-x", "x"
	check(stranger, "AUM0002")
	u = fresh()
	u.token += "x"
	check(u, "AUM0003")
}

func TestTokenRenewal(t *testing.T) {
	s := start(t, Options{})
	u := login(t, s, Engineer)
	path := "/operators/" + s.OperatorID() + "/token"
	s.Advance(23 * time.Hour)
	got := u.call("POST", path, map[string]any{"tokenTimeoutSeconds": 7200}).ok(200).object()
	if len(got) != 1 || got["token"] == u.token {
		t.Errorf("renewal: %v", got)
	}
	old := *u
	u.token = got["token"].(string)
	s.Advance(90 * time.Minute)
	u.call("GET", "/sims", nil).ok(200)
	old.call("GET", "/sims", nil).fails(401, "AUM0004")
	for _, r := range []reply{
		old.call("POST", path, map[string]any{}),
		u.call("POST", path, map[string]any{"tokenTimeoutSeconds": 172801}),
		u.call("POST", "/operators/OP0000000000/token", map[string]any{}),
	} {
		var v struct {
			HTTPStatus   int
			ErrorMessage struct{ Code, Message string }
		}
		r.ok(400).into(&v)
		if v.HTTPStatus != 400 || v.ErrorMessage.Code == "" || v.ErrorMessage.Message == "" {
			t.Errorf("the 400 of this operation is an APICallError: %s", r.body)
		}
	}
}

func TestSwitchUser(t *testing.T) {
	s := start(t, Options{})
	u := login(t, s, Engineer)
	partner, _ := s.Account(PartnerSAM)
	to := map[string]any{"operatorId": partner.OperatorID, "userName": partner.Name}
	visitor := anonymous(t, s)
	r := u.call("POST", "/auth/switch_user", to).ok(200)
	visitor.use(r)
	if got := r.object(); got["operatorId"] != partner.OperatorID || got["userName"] != PartnerSAM {
		t.Errorf("switched: %v", got)
	}
	if got := visitor.call("GET", "/sims", nil).ok(200).list(); len(got) != 3 || got[0]["operatorId"] != partner.OperatorID {
		t.Errorf("the visitor sees %d SIMs", len(got))
	}
	for _, bad := range []int{179, 3601} {
		to["tokenTimeoutSeconds"] = bad
		u.call("POST", "/auth/switch_user", to).fails(400, "COM0001")
	}
	delete(to, "tokenTimeoutSeconds")
	login(t, s, Reader).call("POST", "/auth/switch_user", to).fails(400, "AUM0009")
	to["userName"] = "nobody"
	u.call("POST", "/auth/switch_user", to).fails(400, "AUM0009")
	s.Advance(time.Hour)
	visitor.call("GET", "/sims", nil).fails(401, "AUM0004")
	u.call("GET", "/sims", nil).ok(200)
}

func TestPermissions(t *testing.T) {
	s := start(t, Options{})
	first, second := s.must(t, "gateway-001"), s.must(t, "tokyo-gw-014")
	c := login(t, s, Contractor)
	c.call("GET", "/query/sims?name=gateway", nil).fails(403, "AUM0008")
	c.call("GET", "/sims/"+first.ID, nil).fails(403, "AUM0008")
	c.call("POST", "/port_mappings/sims/"+second.ID, createBody("air", 22)).fails(403, "AUM0008")
	m := c.create(first, createBody("air", 22))
	c.call("GET", "/port_mappings", nil).fails(403, "AUM0008")
	c.call("DELETE", "/port_mappings/127.0.0.1/"+strings.Split(m.Endpoint, ":")[1], nil).ok(204)
	c.call("POST", "/auth/logout", nil).ok(204)

	r := login(t, s, Reader)
	r.call("GET", "/query/sims?name=gateway", nil).ok(200)
	r.call("POST", "/port_mappings/sims/"+first.ID, createBody("air", 22)).fails(403, "AUM0008")
	a, _ := s.Account(Reader)
	a.Permissions = []Statement{{Effect: "allow", API: []string{"*"}}, {Effect: "deny", API: []string{"Sim:*"}}}
	s.PutAccount(a)
	r.call("POST", "/port_mappings/sims/"+first.ID, createBody("air", 22)).fails(403, "AUM0008") // old token
	r = login(t, s, Reader)
	r.create(first, createBody("air", 22))
	r.call("GET", "/sims", nil).fails(403, "AUM0008")
}

func TestWildcard(t *testing.T) {
	for _, c := range []struct {
		pattern, text string
		want          bool
	}{
		{"*", "Sim:getSim", true},
		{"Sim:*", "Sim:getSim", true},
		{"Sim:*", "Query:searchSims", false},
		{"PortMapping:list*", "PortMapping:listPortMappingsForSim", true},
		{"PortMapping:list*", "PortMapping:deletePortMapping", false},
		{"*:get*Sim", "Sim:getSim", true},
		{"Sim:getSim", "Sim:getSims", false},
		{"a*a", "a", false},
	} {
		if got := wildcard(c.pattern, c.text); got != c.want {
			t.Errorf("%s on %s: %v", c.pattern, c.text, got)
		}
	}
}

func TestErrorLanguage(t *testing.T) {
	s := start(t, Options{})
	u := anonymous(t, s)
	messages := map[string]string{}
	for _, lang := range []string{"en", "ja", "fr"} {
		u.lang = lang
		messages[lang] = u.call("GET", "/sims", nil).ok(401).object()["message"].(string)
	}
	if messages["en"] == messages["ja"] || messages["fr"] != messages["en"] {
		t.Errorf("%v", messages)
	}
}
