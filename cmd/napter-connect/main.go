// Command napter-connect opens a port mapping to a Soracom SIM, connects through
// it and deletes it.
package main

import "os"

func main() {
	os.Exit(run(os.Args[1:], osSystem()))
}
