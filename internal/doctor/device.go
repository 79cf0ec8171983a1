package doctor

import (
	"context"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/safetext"
)

func (d *Doctor) lookAtSIM(ctx context.Context) finding {
	sim, _, err := access.FindSIM(ctx, d.session, d.Target, d.Now())
	switch {
	case err != nil:
		return because(Failed, err)
	case sim.Status == "":
		return finding{
			status: Note,
			detail: message.New("this user may not look at SIM %s, so that its state is not known", sim.ID+sim.IMSI),
		}
	case sim.State() == access.Offline:
		f := ok(message.New("%s (%s): it is offline", sim.Name, sim.ID))
		f.status = Note // the connection will tell the rest
		return f
	case sim.State() == access.ArcOnly:
		return ok(message.New("%s (%s): it is reached through Soracom Arc", sim.Name, sim.ID))
	case sim.State() == access.Inactive:
		f := ok(message.New("%s (%s): its status is %s", sim.Name, sim.ID, safetext.Trim(sim.Status)))
		f.status = Note
		return f
	}
	return ok(message.New("%s (%s): online since %s", sim.Name, sim.ID, sim.SeenAt.Local().Format("2006-01-02 15:04")))
}

// lookAtConnection does what a session does up to the device's first words.
func (d *Doctor) lookAtConnection(ctx context.Context) finding {
	p, err := d.Probe(ctx, d.account)
	if err != nil {
		return because(Failed, err)
	}
	m := p.Info.Mapping
	if p.Greeting != "" {
		return ok(message.New("%s leads to port %d, where %q answers", m.Addr, m.DevicePort, p.Greeting))
	}
	f := ok(message.New("%s leads to port %d, where something accepts connections and waits for the client to speak first", m.Addr, m.DevicePort))
	if m.DevicePort == sshPort {
		f.status, f.hint = Note, message.New("an SSH server would have sent its banner: check what listens on that port")
	}
	return f
}

const sshPort = 22
