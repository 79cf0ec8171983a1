// Package tui is the terminal UI: SIMs and port mappings at a glance, two keys
// to a shell, and back to the same row afterwards.
//
// Model is the root: it holds the screens and the stack of overlays (form,
// dialogs, progress), and routes messages to them. Components are plain structs
// with setSize, commands, handle and render. A component's commands are the keys
// that mean something in it, each with the reason why it can't act now, if there
// is one; the footer, the help and the dispatch all come from that one list.
//
// Update does no input or output: what takes time is in tea.Cmds that call the
// Backend and return a message. Text from outside passes safetext before it is
// drawn.
package tui
