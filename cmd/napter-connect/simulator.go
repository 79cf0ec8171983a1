package main

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/napter-connect/napter-connect/internal/cli"
	"github.com/napter-connect/napter-connect/internal/demo"
	"github.com/napter-connect/napter-connect/internal/hostport"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/simulator"
)

type simulatorOptions struct {
	listen  string
	sims    int
	latency time.Duration
	devices []string
	ports   map[int]string // what devices says
}

func newSimulatorCommand(a *app, runF func(context.Context, *simulatorOptions) error) *cobra.Command {
	var o simulatorOptions
	if runF == nil {
		runF = a.runSimulator
	}
	c := &cobra.Command{
		Use: "simulator", Short: "Run a simulated Soracom on loopback, to test scripts with",
		Long: `Run a simulated Soracom on loopback: the API, port mappings that work, and devices
that speak SSH and HTTP. It prints the variables that point a shell to it, and runs
until it is interrupted. Nothing leaves this machine.`,
		Example: `  napter-connect simulator
  napter-connect simulator --sims 100000 --latency 80ms
  napter-connect simulator --device 22=127.0.0.1:22    your own sshd as every device`,
		Args: cli.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.check(); err != nil {
				return err
			}
			return runF(cmd.Context(), &o)
		},
	}
	fs := c.Flags()
	fs.StringVar(&o.listen, "listen", "127.0.0.1:0", "loopback `HOST:PORT` of the API")
	fs.IntVar(&o.sims, "sims", 1000, "`NUMBER` of SIMs")
	fs.DurationVar(&o.latency, "latency", 0, "`TIME` to add to every round trip")
	fs.StringArrayVar(&o.devices, "device", nil, "real service on a port of each device: `SPEC` is PORT=HOST:PORT; repeatable")
	return c
}

func (a *app) runSimulator(ctx context.Context, o *simulatorOptions) error {
	world, err := demo.Serve(ctx, simulator.Options{
		Listen: o.listen, SIMs: o.sims, Latency: o.latency, Devices: o.ports, Password: demoPassword,
	})
	if err != nil {
		return err
	}
	defer world.Close()
	for _, name := range []string{"SORACOM_ENDPOINT", "SORACOM_PROFILE_DIR", "NAPTER_CONNECT_IP_SERVICES"} {
		_, _ = fmt.Fprintln(a.out, exportLine(name, world.Variables[name]))
	}
	a.tell(a.texts().Word("# Paste these lines into a shell; there, try: napter-connect ssh gateway-001 uptime"))
	a.say("# For open and forward --tls, this too (other programs of that shell then trust nobody else): %s", exportLine("SSL_CERT_FILE", world.CAFile))
	a.say("# The devices' password is %s. Ctrl-C ends the simulator.", demoPassword)
	<-ctx.Done()
	return cli.ExitError(cli.Interrupted) // as was asked: nothing to explain
}

// mostSIMs is ten times what the largest account is expected to have.
const mostSIMs = 1_000_000

// check refuses what no simulator can be made of.
func (o *simulatorOptions) check() (err error) {
	switch listen, ok := hostport.ParseAddrPort(o.listen); {
	case !ok || !listen.Addr().IsLoopback():
		return cli.Usagef(message.New("use 127.0.0.1:8080, for example; port 0 takes a free one"),
			"--listen %q is not a loopback address and port", o.listen)
	case o.sims < 1 || o.sims > mostSIMs:
		return cli.Usagef(message.New("give a number from 1 to 1000000"), "--sims %d is out of range", o.sims)
	case o.latency < 0 || o.latency > time.Minute:
		return cli.Usagef(message.New("give a duration up to 1m, such as 80ms"),
			"--latency %s is out of range", o.latency)
	}
	o.ports, err = parseDevices(o.devices)
	return err
}

// demoPassword is the password of the simulated devices.
const demoPassword = "raspberry"

func exportLine(name, value string) string {
	if runtime.GOOS == "windows" {
		return fmt.Sprintf("$env:%s = '%s'", name, value)
	}
	return fmt.Sprintf("export %s='%s'", name, value)
}

func parseDevices(list []string) (map[int]string, error) {
	devices := map[int]string{}
	for _, text := range list {
		port, addr, ok := strings.Cut(text, "=")
		n, isPort := hostport.ParsePort(port)
		if !ok || !isPort || addr == "" {
			return nil, cli.Usagef(message.New("use --device 22=127.0.0.1:22, for example"),
				"--device %q is not PORT=HOST:PORT", text)
		}
		devices[n] = addr
	}
	return devices, nil
}
