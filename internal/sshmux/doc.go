// Package sshmux lets commands share an SSH connection to a device, as OpenSSH's
// ControlMaster does: a second session costs the round trips of a session and none of a
// login.
//
// A process of its own has one connection. The first command starts it, tells it over a
// Unix socket what to connect to, and answers its questions. From then on the process
// is an SSH server to each of its commands, and passes on channels and requests between
// them and the device. A command's connection to it is a hold: the kernel closes it when
// the command dies, and with the last one the connection to the device ends.
package sshmux
