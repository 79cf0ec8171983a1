package device

import (
	"html/template"
	"net"
	"net/http"
	"sync"
	"time"
)

// page escapes what it shows: a SIM's name is anybody's text.
const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{{.Name}}</title>
<style>body{font:1rem/1.5 sans-serif;margin:3rem auto;max-width:32rem;padding:0 1rem}dt{font-weight:bold}</style>
<h1>{{.Name}}</h1>
<p>A simulated device of napter-connect. Nothing here is real.</p>
<dl>
<dt>SIM<dd>{{.SimID}}
<dt>Model<dd>{{.Model}}
<dt>Serial<dd>{{.Serial}}
<dt>Up since<dd>{{.Boot}}
</dl>
</html>
`

func (d *Device) newWeb() *http.Server {
	tmpl := template.Must(template.New("page").Parse(page))
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_ = tmpl.Execute(w, struct{ Name, SimID, Model, Serial, Boot string }{
			d.opts.Name, d.opts.SimID, d.host.Model, d.host.Serial, d.host.Boot.UTC().Format(time.RFC1123),
		})
	})
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = w.Write([]byte("ok\n"))
	})
	return &http.Server{
		Handler:           mux,
		ReadHeaderTimeout: 30 * time.Second,
		IdleTimeout:       time.Minute,
		ConnState: func(c net.Conn, state http.ConnState) {
			if state == http.StateClosed {
				c.(*onceConn).done()
			}
		},
	}
}

// ServeHTTPConn serves one connection of the device's web server in plain HTTP: /
// is a page with the device's name, /health answers "ok". It returns when the
// connection is closed.
func (d *Device) ServeHTTPConn(nc net.Conn) {
	defer func() { _ = nc.Close() }()
	c := &onceConn{Conn: nc, closed: make(chan struct{})}
	_ = d.web().Serve(&onceListener{conn: c})
	<-c.closed
}

// onceConn is a connection whose end can be waited for.
type onceConn struct {
	net.Conn
	closed chan struct{}
	once   sync.Once
}

func (c *onceConn) done() { c.once.Do(func() { close(c.closed) }) }

// onceListener accepts the one connection that is there already.
type onceListener struct {
	conn  net.Conn
	taken bool
}

func (l *onceListener) Accept() (net.Conn, error) {
	if l.taken {
		return nil, net.ErrClosed
	}
	l.taken = true
	return l.conn, nil
}

func (l *onceListener) Close() error   { return nil }
func (l *onceListener) Addr() net.Addr { return l.conn.LocalAddr() }
