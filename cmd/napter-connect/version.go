package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/napter-connect/napter-connect/internal/buildinfo"
	"github.com/napter-connect/napter-connect/internal/cli"
)

// version is set by the release build with -ldflags "-X main.version=...".
var version string

func readBuild() buildinfo.Build { return buildinfo.Read(version) }

type versionOptions struct{ json bool }

func newVersionCommand(a *app, runF func(context.Context, *versionOptions) error) *cobra.Command {
	var o versionOptions
	if runF == nil {
		runF = a.runVersion
	}
	c := &cobra.Command{
		Use: "version", Short: "Print the version", Args: cli.NoArgs,
		Example: "  napter-connect version --json",
		RunE:    func(cmd *cobra.Command, _ []string) error { return runF(cmd.Context(), &o) },
	}
	cli.JSONFlag(c, &o.json)
	return c
}

func (a *app) runVersion(_ context.Context, o *versionOptions) error {
	b := readBuild()
	if o.json {
		return cli.WriteJSON(a.out, b)
	}
	_, err := fmt.Fprintf(a.out, "napter-connect %s (%s, %s/%s)\n", b.Version, b.Go, b.OS, b.Arch)
	return err
}
