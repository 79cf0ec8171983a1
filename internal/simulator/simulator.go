// Package simulator is a Soracom on loopback: the API, Napter's relays and
// devices that speak SSH and HTTP. The demo, users' scripts and the tests run on
// it. It shares no type with package client, so that a misreading of the API's
// definition cannot agree with itself.
package simulator
