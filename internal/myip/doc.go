// Package myip learns the public IPv4 address of this machine, by agreement of
// independent services.
//
// The address decides who may reach a device, so it is never guessed: two
// services of different operators must say the same over verified HTTPS. They
// are asked over IPv4 and without the proxy variables, because the connection
// to the device will go that way too.
package myip
