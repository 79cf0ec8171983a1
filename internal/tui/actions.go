package tui

import (
	"cmp"
	"context"
	"errors"
	"slices"

	tea "charm.land/bubbletea/v2"

	"github.com/napter-connect/napter-connect/internal/inventory"
)

// learn finds out what the status line shows, and what was used last.
func (m *Model) learn() tea.Cmd {
	backend, ctx := m.backend, m.ctx
	return tea.Batch(
		func() tea.Msg {
			a, err := backend.Account(ctx)
			return accountMsg{a, err}
		},
		func() tea.Msg {
			a, err := backend.Address(ctx)
			return addressMsg{a, err, true}
		},
		m.remember(),
	)
}

// remember reads what was used last; a failure is harmless.
func (m *Model) remember() tea.Cmd {
	backend := m.backend
	return func() tea.Msg {
		recent, err := backend.Recent()
		if err != nil {
			return nil
		}
		return recentMsg{recent}
	}
}

// note shows an error until it is dismissed.
func (m *Model) note(err error, frame string) {
	if err != nil && !errors.Is(err, context.Canceled) {
		m.failure = &failure{err: err, frame: frame}
	}
}

// connect starts a job and shows its progress.
func (m *Model) connect(r Request) tea.Cmd {
	if m.quitting {
		return nil
	}
	j := m.sessions.add(r)
	m.push(newProgress(m.env, j.id, r, j.stop))
	return j.next()
}

// job takes an event of a job.
func (m *Model) job(msg jobMsg) tea.Cmd {
	j := m.sessions.find(msg.id)
	if j == nil {
		return nil
	}
	switch e := msg.event.(type) {
	case Progress:
		if p := m.progressOf(j.id); p != nil {
			p.event(e.Event)
		} else if j.panel != nil {
			j.panel.event(e.Event)
		}
	case Question:
		m.push(newQuestion(m.env, j.id, e))
	case Started:
		j.started = &e
		if j.request.Port == 0 {
			j.request.Port = e.Info.Mapping.DevicePort
		}
		return tea.Batch(j.next(), m.begun(j))
	case Returned:
		j.panel, j.ending = m.progressOf(j.id), true
		m.closeJob(j.id)
		m.lasting(m.text.Word("deleting the mapping") + "…")
	case Ended:
		return m.ended(j, e)
	}
	return j.next()
}

// begun tells of what now runs beside the UI.
func (m *Model) begun(j *running) tea.Cmd {
	if !j.started.Beside {
		return nil
	}
	m.closeJob(j.id)
	m.sessions.table.resize(len(m.sessions.shown()))
	cmd := tea.Batch(m.remember(), m.maps.load())
	if j.started.Problem != nil {
		m.note(j.started.Problem, "%s")
		return cmd
	}
	t := m.text
	text := t.Sprintf("%s leads to %s port %d.", j.started.Local, safe(j.request.SIM.Label()), j.request.Port)
	if j.started.URL != "" {
		text = t.Sprintf("Opened %s", safe(j.started.URL))
	}
	return tea.Batch(m.say(text), cmd)
}

// ended closes what belongs to a job, and says what became of it.
func (m *Model) ended(j *running, e Ended) tea.Cmd {
	text := m.env.ended(j, e)
	for _, line := range e.Notes {
		text = cmp.Or(text+" "+safe(line), text)
	}
	p := m.progressOf(j.id)
	if p == nil {
		p = j.panel
	}
	m.closeJob(j.id)
	switch {
	case p != nil && p.end(e):
		p.result = text
		m.push(p)
	case p == nil:
		m.note(e.Err, "%s")
	}
	m.sessions.remove(j.id)
	if m.quitting && len(m.sessions.jobs) == 0 {
		return tea.Quit
	}
	return tea.Batch(m.say(text), m.remember(), m.maps.load())
}

func (m *Model) progressOf(id int) *progress {
	for _, o := range m.overlays {
		if p, ok := o.(*progress); ok && p.id == id {
			return p
		}
	}
	return nil
}

// closeJob takes away what shows a job, and its questions.
func (m *Model) closeJob(id int) {
	m.overlays = slices.DeleteFunc(m.overlays, func(o overlay) bool {
		p, isProgress := o.(*progress)
		q, isQuestion := o.(*question)
		return isProgress && p.id == id || isQuestion && q.job == id
	})
}

func (m *Model) delete(list []inventory.Mapping) tea.Cmd {
	backend, ctx := m.backend, m.ctx
	return func() tea.Msg {
		var done deletedMsg
		for _, mapping := range list {
			if err := backend.Delete(ctx, mapping); err != nil {
				done.failed = append(done.failed, mapping)
				done.err = err
				continue
			}
			done.deleted = append(done.deleted, mapping)
		}
		return done
	}
}

func (m *Model) deleted(msg deletedMsg) tea.Cmd {
	if len(msg.failed) > 0 {
		m.note(msg.err, m.text.Sprintf("The mapping %s could not be deleted: %s", msg.failed[0].Addr, "%s"))
	}
	text := ""
	switch len(msg.deleted) {
	case 0:
	case 1:
		text = m.text.Sprintf("The mapping %s is deleted.", msg.deleted[0].Addr)
	default:
		text = m.text.Sprintf("%d mappings are deleted.", len(msg.deleted))
	}
	return tea.Batch(m.say(text), m.maps.load())
}

// copy asks the terminal (OSC 52, which works over SSH) and the system.
func (m *Model) copy(msg copyMsg) tea.Cmd {
	backend := m.backend
	return tea.Batch(tea.SetClipboard(msg.text), func() tea.Msg {
		_ = backend.Copy(msg.text) // the terminal was asked too
		return copiedMsg{msg.text}
	})
}

// quit asks first when something is running.
func (m *Model) quit() tea.Cmd {
	if m.quitting {
		return nil
	}
	if !slices.ContainsFunc(m.sessions.jobs, func(j *running) bool { return !j.ending }) {
		return m.quitNow()
	}
	if _, asked := m.top().(*confirm); asked {
		return nil
	}
	d := m.text
	text := d.Sprintf("Running here: %d.", len(m.sessions.jobs)) + " " + d.Word("Quitting ends them and deletes their mappings.")
	return push(newConfirm(m.env, d.Word("Quit?"), text, d.Word("Quit"), quitMsg{}))
}

// quitNow ends everything that runs; the last one's end is the UI's.
func (m *Model) quitNow() tea.Cmd {
	if len(m.sessions.jobs) == 0 {
		return tea.Quit
	}
	m.quitting = true
	m.lasting(m.text.Word("Ending what runs and deleting its mappings…"))
	var all []tea.Cmd
	for _, j := range m.sessions.jobs {
		if !j.ending {
			all = append(all, j.stop())
		}
	}
	return tea.Batch(all...)
}

// help shows the keys of this screen, with the reasons of those that can't act.
func (m *Model) help() tea.Cmd {
	list := m.commands()
	return push(newSheet(m.env, m.text.Word("Keys"), func(w int) []string {
		var lines []string
		for _, c := range list {
			h := c.key.Help()
			line := m.style.Key.Render(fit(h.Key, 10, m.style.more)) + " " + h.Desc
			if c.why != "" {
				line += "  " + m.style.Dim.Render(cut(c.why, w-width(line)-2, m.style.more))
			}
			lines = append(lines, cut(line, w, m.style.more))
		}
		return lines
	}))
}
