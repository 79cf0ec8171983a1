package connect

import (
	"slices"
	"strings"

	"github.com/napter-connect/napter-connect/internal/hostport"
	"github.com/napter-connect/napter-connect/internal/launch"
	"github.com/napter-connect/napter-connect/internal/message"
)

// ParseOpenTarget reads SIM, SIM:PORT or SIM:SCHEME; what is not named is 0 or "".
func ParseOpenTarget(text string) (name string, port int, scheme string, err error) {
	i := strings.LastIndexByte(text, ':')
	if i < 0 {
		return text, 0, "", nil
	}
	name, service := text[:i], strings.ToLower(text[i+1:])
	if slices.Contains([]string{HTTP, HTTPS, launch.VNC, launch.RDP}, service) {
		return name, 0, service, nil
	}
	port, ok := hostport.ParsePort(service)
	if !ok {
		return "", 0, "", message.WithHint(message.Errorf("%q does not end in a port or in http, https, vnc or rdp", text),
			"write SIM:8080 or SIM:https, for example; a SIM whose name has a colon goes by its SIM ID")
	}
	return name, port, "", nil
}
