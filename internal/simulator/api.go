package simulator

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// operation is one line of the definition.
type operation struct {
	method, path string
	tag, id      string // as permissions name it: tag:id
	open         bool   // no token needed
	free         bool   // no permission needed
	takesQuery   bool
	takesBody    bool
	run          func(*call) (*answer, *apiError)
}

func (s *Simulator) operations() []operation {
	return []operation{
		{method: "POST", path: "/auth", tag: "Auth", id: "auth", open: true, takesBody: true, run: s.auth},
		{method: "POST", path: "/auth/logout", tag: "Auth", id: "logout", free: true, run: s.logout},
		{method: "POST", path: "/auth/switch_user", tag: "Auth", id: "switchUser", free: true, takesBody: true, run: s.switchUser},
		{method: "POST", path: "/operators/{operator_id}/token", tag: "Operator", id: "generateAuthToken", takesBody: true, run: s.generateAuthToken},
		{method: "DELETE", path: "/operators/{operator_id}/tokens", tag: "Operator", id: "revokeOperatorAuthTokens", run: s.revokeOperatorAuthTokens},
		{method: "DELETE", path: "/operators/{operator_id}/users/{user_name}/tokens", tag: "User", id: "revokeUserAuthTokens", run: s.revokeUserAuthTokens},
		{method: "GET", path: "/query/sims", tag: "Query", id: "searchSims", takesQuery: true, run: s.searchSims},
		{method: "GET", path: "/sims", tag: "Sim", id: "listSims", takesQuery: true, run: s.listSims},
		{method: "GET", path: "/sims/{sim_id}", tag: "Sim", id: "getSim", run: s.getSim},
		{method: "GET", path: "/subscribers/{imsi}", tag: "Subscriber", id: "getSubscriber", run: s.getSubscriber},
		{method: "GET", path: "/port_mappings", tag: "PortMapping", id: "listPortMappings", takesQuery: true, run: s.listPortMappings},
		{method: "POST", path: "/port_mappings", tag: "PortMapping", id: "createPortMapping", takesBody: true, run: s.createPortMapping},
		{method: "GET", path: "/port_mappings/sims/{sim_id}", tag: "PortMapping", id: "listPortMappingsForSim", run: s.listPortMappingsForSim},
		{method: "POST", path: "/port_mappings/sims/{sim_id}", tag: "PortMapping", id: "createPortMappingForSim", takesBody: true, run: s.createPortMappingForSim},
		{method: "GET", path: "/port_mappings/subscribers/{imsi}", tag: "PortMapping", id: "listPortMappingsForSubscriber", run: s.listPortMappingsForSubscriber},
		{method: "DELETE", path: "/port_mappings/{ip_address}/{port}", tag: "PortMapping", id: "deletePortMapping", run: s.deletePortMapping},
		{method: "GET", path: "/audit_logs/napter", tag: "AuditLog", id: "getNapterAuditLogs", takesQuery: true, run: s.getNapterAuditLogs},
	}
}

// call is one request on its way through.
type call struct {
	r       *http.Request
	body    []byte
	vars    map[string]string // of the path
	session *session          // nil for auth
	user    string            // for the log
	caller  netip.Addr        // the public address
}

func (c *call) object() *object { return parseObject(c.body) }

// noBody refuses a body where the definition has none; an empty object passes.
func (c *call) noBody() *apiError {
	if b := strings.TrimSpace(string(c.body)); b != "" && b != "{}" {
		return badRequest("no body is expected")
	}
	return nil
}

// answer is a success.
type answer struct {
	status int
	body   any // nil: none
	next   string
}

func noContent() *answer { return &answer{status: http.StatusNoContent} }

// route finds the operation of a request. An unknown path is 404, a known one
// with another method 405.
func (s *Simulator) route(r *http.Request) (*operation, map[string]string, *apiError) {
	path, ok := strings.CutPrefix(r.URL.EscapedPath(), "/v1/")
	if !ok {
		return nil, nil, errUnknownPath()
	}
	segments := strings.Split(path, "/")
	var found *operation
	var foundVars map[string]string
	known := false
	for i := range s.ops {
		op := &s.ops[i]
		vars, ok := matchPath(op.path, segments)
		if !ok {
			continue
		}
		known = true
		// A literal path goes before one with variables.
		if op.method == r.Method && (found == nil || len(vars) < len(foundVars)) {
			found, foundVars = op, vars
		}
	}
	switch {
	case found != nil:
		return found, foundVars, nil
	case known:
		return nil, nil, errMethod()
	}
	return nil, nil, errUnknownPath()
}

func matchPath(pattern string, segments []string) (map[string]string, bool) {
	parts := strings.Split(pattern[1:], "/")
	if len(parts) != len(segments) {
		return nil, false
	}
	vars := map[string]string{}
	for i, p := range parts {
		value, err := url.PathUnescape(segments[i])
		if err != nil || value == "" {
			return nil, false
		}
		if strings.HasPrefix(p, "{") {
			vars[strings.Trim(p, "{}")] = value
		} else if p != value {
			return nil, false
		}
	}
	return vars, true
}

// maxBody is far above any request of the definition.
const maxBody = 1 << 20

func (s *Simulator) serveAPI(w http.ResponseWriter, r *http.Request) {
	if !s.enter() {
		panic(http.ErrAbortHandler)
	}
	defer s.handlers.Done()
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	op, vars, problem := s.route(r)
	id := s.arrived(op, r, body)
	f := s.takeFault(id)
	s.before(f, r)
	c := &call{r: r, body: body, vars: vars, caller: s.publicOf(r.RemoteAddr)}
	var ans *answer
	if f != nil && f.Status != 0 {
		problem = f.problem()
	} else if problem == nil {
		ans, problem = s.perform(op, c)
	}
	s.reply(w, r, f, id, c, ans, problem)
}

// perform checks and does one operation.
func (s *Simulator) perform(op *operation, c *call) (*answer, *apiError) {
	if err := s.admit(op, c); err != nil {
		return nil, err
	}
	if !op.takesQuery {
		if err := parseQuery(c.r.URL.RawQuery).done(); err != nil {
			return nil, err
		}
	}
	if op.takesBody {
		kind, _, _ := strings.Cut(c.r.Header.Get("Content-Type"), ";")
		if !strings.EqualFold(strings.TrimSpace(kind), "application/json") {
			return nil, errMediaType()
		}
	} else if err := c.noBody(); err != nil {
		return nil, err
	}
	s.sweep()
	return op.run(c)
}

// admit checks token and permission.
func (s *Simulator) admit(op *operation, c *call) *apiError {
	if op.open {
		return nil
	}
	ses, err := s.check(c.r.Header.Get("X-Soracom-API-Key"), c.r.Header.Get("X-Soracom-Token"))
	if err != nil {
		if op.id == "generateAuthToken" && err.code == errExpiredToken().code {
			return errTokenRenewal()
		}
		return err
	}
	c.session, c.user = ses, ses.account
	if !op.free && !ses.root && !allowed(ses.permissions, op.tag+":"+op.id, c.vars["sim_id"]) {
		return errPermission()
	}
	return nil
}

// reply writes what came of a request, with the fault's changes.
func (s *Simulator) reply(w http.ResponseWriter, r *http.Request, f *Fault, id int, c *call, ans *answer, problem *apiError) {
	h := w.Header()
	h.Set("Date", s.now().UTC().Format(http.TimeFormat))
	h.Set("Content-Type", "application/json")
	var status int
	var body []byte
	switch {
	case problem != nil:
		status, body = problem.status, problem.body(r.Header.Get("X-Soracom-Lang"))
	default:
		status = ans.status
		if ans.body != nil {
			b, err := json.Marshal(ans.body)
			if err != nil {
				panic(err) // our own shapes always marshal
			}
			body = b
		}
		if ans.next != "" {
			h.Set("x-soracom-next-key", ans.next)
			h.Set("link", nextLink(r, ans.next))
		}
	}
	if f != nil {
		status, body = f.alter(h, status, body)
	}
	s.answered(id, status, c.user)
	if f != nil && f.CommitThenDrop {
		s.cut(r, false)
	}
	if len(body) == 0 {
		h.Del("Content-Type")
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if status == http.StatusNoContent {
		h.Del("Content-Length")
	}
	w.WriteHeader(status)
	if f != nil && f.Truncate {
		_, _ = w.Write(body[:len(body)/2])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	_, _ = w.Write(body)
}

// nextLink is the URL of the next page, as the link header has it.
func nextLink(r *http.Request, key string) string {
	q := r.URL.Query()
	q.Set("last_evaluated_key", key)
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return "<" + scheme + "://" + r.Host + r.URL.EscapedPath() + "?" + q.Encode() + ">; rel=next"
}

// connKey finds the connection of a request in its context.
type connKey struct{}

type connInfo struct {
	id   int64
	conn net.Conn
}

func connOf(ctx context.Context) connInfo {
	info, _ := ctx.Value(connKey{}).(connInfo)
	return info
}

// cut ends the connection of a request without an answer.
func (s *Simulator) cut(r *http.Request, withReset bool) {
	c := connOf(r.Context()).conn
	if withReset {
		reset(c)
	}
	_ = c.Close()
	panic(http.ErrAbortHandler)
}

// enter counts a handler in; it refuses once the simulator closes.
func (s *Simulator) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.handlers.Add(1)
	return true
}

// sleep waits for d, or until the client or the simulator is gone.
func (s *Simulator) sleep(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	case <-s.net.life.Done():
	}
}
