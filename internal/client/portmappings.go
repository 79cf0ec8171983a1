package client

import (
	"context"
	"errors"
	"iter"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"

	"github.com/napter-connect/napter-connect/internal/hostport"
	"github.com/napter-connect/napter-connect/internal/message"
)

// ListPortMappings is GET /port_mappings, all pages.
func (s *Session) ListPortMappings(ctx context.Context) iter.Seq2[PortMapping, error] {
	return pages[PortMapping](ctx, s, request{
		op: opListPortMappings, method: http.MethodGet, path: "/port_mappings",
		query:  url.Values{"limit": {"1000"}}, // no maximum is documented
		policy: idempotent,
	})
}

// ListPortMappingsForSim is GET /port_mappings/sims/{sim_id}; none is not an
// error (the API may answer 404 or an empty list).
func (s *Session) ListPortMappingsForSim(ctx context.Context, simID string) ([]PortMapping, error) {
	return s.listFor(ctx, opListPortMappingsForSim, idempotent, "sims", simID)
}

// ListPortMappingsForSubscriber is GET /port_mappings/subscribers/{imsi}: only
// mappings that were made by IMSI.
func (s *Session) ListPortMappingsForSubscriber(ctx context.Context, imsi string) ([]PortMapping, error) {
	return s.listFor(ctx, opListPortMappingsForSubscriber, idempotent, "subscribers", imsi)
}

// ListPortMappingsOnce lists the mappings of a SIM, or, where simID is "", those
// that were made for an IMSI. It tries once, for callers that try again on their
// own.
func (s *Session) ListPortMappingsOnce(ctx context.Context, simID, imsi string) ([]PortMapping, error) {
	if simID == "" {
		return s.listFor(ctx, opListPortMappingsForSubscriber, once, "subscribers", imsi)
	}
	return s.listFor(ctx, opListPortMappingsForSim, once, "sims", simID)
}

func (s *Session) listFor(ctx context.Context, op string, p policy, kind, id string) ([]PortMapping, error) {
	path, err := segments("port_mappings", kind, id)
	if err != nil {
		return nil, err
	}
	return list[PortMapping](ctx, s, request{op: op, method: http.MethodGet, path: path, policy: p})
}

// DeletePortMapping is DELETE /port_mappings/{ip_address}/{port}. A mapping that
// is gone already (404) is not an error.
func (s *Session) DeletePortMapping(ctx context.Context, ip netip.Addr, port int) error {
	if !ip.IsValid() {
		return message.Errorf("a mapping is deleted by its IP address, and there is none")
	}
	if err := checkPort(port); err != nil {
		return err
	}
	path, err := segments("port_mappings", ip.Unmap().WithZone("").String(), strconv.Itoa(port))
	if err != nil {
		return err
	}
	_, err = s.do(ctx, request{op: opDeletePortMapping, method: http.MethodDelete, path: path, policy: idempotent})
	var answer *Error
	if errors.As(err, &answer) && answer.gone() {
		return nil
	}
	return err
}

func checkPort(port int) error {
	if !hostport.ValidPort(port) {
		return message.Errorf("a port must be 1 to 65535, not %d", port)
	}
	return nil
}
