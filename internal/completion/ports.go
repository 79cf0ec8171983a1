package completion

import (
	"maps"
	"slices"
	"strconv"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/config"
	"github.com/napter-connect/napter-connect/internal/i18n"
)

// CommonPorts are ports that devices listen on.
func CommonPorts() []string { return ports(commonPorts()) }

// Ports are device ports: common ones, and those in config.yaml and in use before.
func Ports(file config.File, recent *config.Recent, texts *i18n.Texts) []string {
	known := commonPorts()
	note := func(port int, what string) {
		if _, ok := known[port]; !ok && access.CheckPort(port) == nil {
			known[port] = what
		}
	}
	for _, rule := range file.SIMs {
		note(rule.Port, "config.yaml")
	}
	usedBefore := texts.Sprintf("used before")
	uses, _ := recent.All() // convenience alone
	for _, use := range uses {
		note(use.Port, usedBefore)
	}
	return ports(known)
}

func commonPorts() map[int]string {
	return map[int]string{22: "ssh", 80: "http", 443: "https", 502: "Modbus", 1883: "MQTT", 3389: "rdp", 5900: "vnc", 8080: "http"}
}

func ports(known map[int]string) []string {
	var list []string
	for _, port := range slices.Sorted(maps.Keys(known)) {
		list = append(list, Choice(strconv.Itoa(port), known[port]))
	}
	return list
}
