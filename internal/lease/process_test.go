package lease

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/napter-connect/napter-connect/internal/client"
)

// The test binary run again, as a process of ours that can be killed. What it
// does is in the environment; it says on stdout how far it is.
const (
	roleEnv = "LEASE_TEST_ROLE"
	dirEnv  = "LEASE_TEST_DIR"
	urlEnv  = "LEASE_TEST_URL"
)

func TestMain(m *testing.M) {
	role := os.Getenv(roleEnv)
	if role == "" {
		code := m.Run()
		if code == 0 && !quiet() {
			code = 1
		}
		os.Exit(code)
	}
	if err := play(role); err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
}

// quiet reports whether all goroutines of the package have ended.
func quiet() bool {
	var stacks []byte
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		stacks = make([]byte, 1<<20)
		stacks = stacks[:runtime.Stack(stacks, true)]
		if !bytes.Contains(stacks, []byte("lease.(*Manager)")) {
			return true
		}
	}
	fmt.Printf("goroutines left:\n%s\n", stacks)
	return false
}

func play(role string) error {
	m, err := Open(Options{Dir: os.Getenv(dirEnv), Settle: testSettle, Program: "child", Command: role})
	if err != nil {
		return err
	}
	api := &remoteAPI{url: os.Getenv(urlEnv)}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	switch role {
	case "unsent": // killed between intent and POST
		api.beforeCreate = func() { fmt.Println("unsent"); select {} }
		fallthrough
	case "hold": // killed while it holds
		l, err := m.Create(ctx, api, testSpec())
		if err != nil {
			return err
		}
		fmt.Println("live", l.id)
		_, _ = io.Copy(io.Discard, os.Stdin) // until told
		fmt.Println(l.Delete(ctx, api))
	case "full": // may not write
		if err := fillDisk(); err != nil {
			return err
		}
		_, err := m.Create(ctx, api, testSpec())
		if _, ok := errors.AsType[*DirError](err); ok {
			fmt.Println("no journal")
		}
	case "loop": // killed at any instant
		fmt.Println("loop")
		for ctx.Err() == nil {
			l, err := m.Create(ctx, api, testSpec())
			if err != nil {
				return err
			}
			if _, err := l.Delete(ctx, api); err != nil {
				return err
			}
		}
	case "reap":
		fmt.Println("ready")
		_, _ = io.Copy(io.Discard, os.Stdin)
		err := m.Reap(ctx, func(Entry) (API, error) { return api, nil }, func(e Entry, o Outcome, err error) {
			fmt.Println("reaped", e.ID, o, err)
		})
		if err != nil {
			return err
		}
	}
	return m.Close()
}

// child is such a process.
type child struct {
	t     *testing.T
	cmd   *exec.Cmd
	stdin io.WriteCloser
	lines *bufio.Scanner
}

func startChild(t *testing.T, role, dir, url string) *child {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), roleEnv+"="+role, dirEnv+"="+dir, urlEnv+"="+url)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c := &child{t: t, cmd: cmd, stdin: stdin, lines: bufio.NewScanner(stdout)}
	t.Cleanup(c.kill)
	return c
}

func (c *child) line() string {
	c.t.Helper()
	if !c.lines.Scan() {
		c.t.Fatal("the child ended: ", c.lines.Err())
	}
	return c.lines.Text()
}

// kill is SIGKILL (TerminateProcess on Windows).
func (c *child) kill() {
	if c.cmd.ProcessState == nil {
		_ = c.cmd.Process.Kill()
		_ = c.cmd.Wait()
	}
}

// rest lets the child end and returns what it still said.
func (c *child) rest() []string {
	c.t.Helper()
	_ = c.stdin.Close()
	var list []string
	for c.lines.Scan() {
		list = append(list, c.lines.Text())
	}
	if err := c.cmd.Wait(); err != nil {
		c.t.Error(err, list)
	}
	return list
}

// serve gives the fake to other processes. What a killed client asked for is
// done all the same, as a server would.
func serve(t *testing.T, f *fakeAPI) string {
	t.Helper()
	handle := func(do func(r *http.Request) (any, error)) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			v, err := do(r)
			if err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
				return
			}
			_ = json.NewEncoder(w).Encode(v)
		}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /mappings", handle(func(r *http.Request) (any, error) {
		var q client.CreatePortMappingRequest
		if err := json.NewDecoder(r.Body).Decode(&q); err != nil {
			return nil, err
		}
		return f.create(context.Background(), q)
	}))
	mux.HandleFunc("GET /mappings/{sim}", handle(func(r *http.Request) (any, error) {
		return f.ListPortMappingsOnce(context.Background(), r.PathValue("sim"), "")
	}))
	mux.HandleFunc("DELETE /mappings/{ip}/{port}", handle(func(r *http.Request) (any, error) {
		ip, _ := netip.ParseAddr(r.PathValue("ip"))
		port, _ := strconv.Atoi(r.PathValue("port"))
		return nil, f.DeletePortMapping(context.Background(), ip, port)
	}))
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s.URL
}

// remoteAPI is a served fake as a child sees it.
type remoteAPI struct {
	API
	url          string
	beforeCreate func()
}

func (a *remoteAPI) do(ctx context.Context, method, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, method, a.url+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(res.Body)
		return errors.New(strings.TrimSpace(string(text)))
	}
	return json.NewDecoder(res.Body).Decode(out)
}

func (a *remoteAPI) CreatePortMappingForSim(ctx context.Context, simID string, r client.CreatePortMappingRequest) (p client.PortMapping, err error) {
	if a.beforeCreate != nil {
		a.beforeCreate()
	}
	r.SimID = simID
	return p, a.do(ctx, "POST", "/mappings", r, &p)
}

func (a *remoteAPI) ListPortMappingsOnce(ctx context.Context, simID, _ string) (list []client.PortMapping, err error) {
	return list, a.do(ctx, "GET", "/mappings/"+simID, nil, &list)
}

func (a *remoteAPI) DeletePortMapping(ctx context.Context, ip netip.Addr, port int) error {
	var none any
	return a.do(ctx, "DELETE", fmt.Sprintf("/mappings/%s/%d", ip, port), nil, &none)
}
