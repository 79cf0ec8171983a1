// Command napter-connect opens a port mapping to a Soracom SIM, connects through
// it and deletes it.
package main

func main() {}
