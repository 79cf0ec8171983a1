package client

import (
	"net/http"
	"net/url"
	"time"

	"golang.org/x/net/http/httpguts"

	"github.com/napter-connect/napter-connect/internal/message"
)

// Options are what a Client needs of its surroundings.
type Options struct {
	// Endpoint is the API's base URL without /v1, such as
	// https://api.soracom.io. http:// is accepted for a loopback address only.
	Endpoint string
	// Headers are added to every request (the profile's "headers").
	Headers map[string]string
	// Lang is en or ja: the language of the API's error messages.
	Lang string
	// UserAgent names the program and its version.
	UserAgent string
	// Proxy chooses the proxy of a request; nil reads the proxy variables of this
	// process (http.ProxyFromEnvironment).
	Proxy func(*http.Request) (*url.URL, error)
	// Transport replaces the default one, and then Proxy is not used.
	Transport http.RoundTripper
	// AttemptTimeout limits one try of one request; 0 is 15 s (20 s for the
	// creation of a port mapping).
	AttemptTimeout time.Duration
	// RetryDelay is the first pause before a retry, from which the later ones
	// grow; 0 is 300 ms.
	RetryDelay time.Duration
}

// Client is one endpoint of the API. It keeps its connections warm and is safe
// for concurrent use.
type Client struct {
	base    string // with /v1
	host    string // for messages
	headers http.Header
	http    *http.Client
	clock   serverClock
	timing  timing
}

// New checks the endpoint and returns a client; it makes no connection.
func New(o Options) (*Client, error) {
	endpoint, err := parseEndpoint(o.Endpoint)
	if err != nil {
		return nil, err
	}
	headers, err := commonHeaders(o)
	if err != nil {
		return nil, err
	}
	transport := o.Transport
	if transport == nil {
		transport = newTransport(o.Proxy)
	}
	return &Client{
		base:    endpoint.String() + "/v1",
		host:    endpoint.Host,
		headers: headers,
		http: &http.Client{
			Transport: transport,
			// A redirect would carry the token to wherever it points.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		timing: newTiming(o),
	}, nil
}

// CloseIdleConnections closes the connections that no request uses, so that the
// next request takes a new path.
func (c *Client) CloseIdleConnections() { c.http.CloseIdleConnections() }

func commonHeaders(o Options) (http.Header, error) {
	h := http.Header{}
	h.Set("User-Agent", "napter-connect")
	if o.UserAgent != "" {
		h.Set("User-Agent", o.UserAgent)
	}
	h.Set("X-Soracom-Lang", "en")
	if o.Lang == "ja" {
		h.Set("X-Soracom-Lang", "ja")
	}
	h.Set("Accept", "application/json")
	for name, value := range o.Headers {
		if !httpguts.ValidHeaderFieldName(name) {
			return nil, message.Errorf("the profile's header name %q is not valid", name)
		}
		if !httpguts.ValidHeaderFieldValue(value) {
			// The value may be a secret.
			return nil, message.Errorf("the value of the profile's header %s is not valid", name)
		}
		h.Set(name, value)
	}
	for _, reserved := range []string{headerAPIKey, headerToken} {
		if h.Get(reserved) != "" {
			return nil, message.Errorf("the profile's headers may not set %s", reserved)
		}
	}
	return h, nil
}
