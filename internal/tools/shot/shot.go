// Package shot draws what a terminal shows as SVG, for the pictures of the
// README. Each stretch of text has the width of its cells, so that columns stand
// straight whatever font the reader has, Japanese too.
package shot

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"image/color"
	"strings"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
)

// Theme is the colours of a terminal: the background, the text, and the sixteen
// that programs name by number.
type Theme struct {
	Background, Text color.RGBA
	Colors           [16]color.RGBA
}

// Dark is a terminal with a dark background.
func Dark() Theme {
	return Theme{rgb(0x16181d), rgb(0xd8dee9), colors(
		0x2e3440, 0xe06c75, 0x8fbf7f, 0xd9b36c, 0x7aa2f7, 0xc792ea, 0x6cc7d9, 0xc5cdd9,
		0x7d8799, 0xff8b92, 0xa8d99a, 0xf2cc81, 0x9dbcff, 0xdcb0ff, 0x8be0f0, 0xffffff)}
}

// Light is a terminal with a light background.
func Light() Theme {
	return Theme{rgb(0xfdfdfb), rgb(0x24292f), colors(
		0x24292f, 0xb4232c, 0x1a7f37, 0x8a5a00, 0x0a5cc2, 0x7a3bb0, 0x0b6e7c, 0x6e7781,
		0x57606a, 0xa40e26, 0x116329, 0x6f4a00, 0x0550ae, 0x6639ba, 0x0b5a66, 0x8c959f)}
}

func rgb(v uint32) color.RGBA {
	return color.RGBA{uint8(v >> 16), uint8(v >> 8), uint8(v), 0xff}
}

func colors(list ...uint32) (c [16]color.RGBA) {
	for i, v := range list {
		c[i] = rgb(v)
	}
	return c
}

// A cell's size and the space around all, in pixels.
const (
	cellWidth  = 8.4
	cellHeight = 17
	fontSize   = 14
	baseline   = 13
	margin     = 14
)

// SVG draws the screen. title is for those who can't see it; text changes what
// is written in a stretch of cells, without changing its length, and may be nil.
func SVG(screen *vt.Emulator, theme Theme, title string, text func(string) string) []byte {
	w, h := screen.Width(), screen.Height()
	var b bytes.Buffer
	fullWidth, fullHeight := float64(w)*cellWidth+2*margin, h*cellHeight+2*margin
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%d" viewBox="0 0 %.1f %d" role="img">`+"\n",
		fullWidth, fullHeight, fullWidth, fullHeight)
	fmt.Fprintf(&b, "<title>%s</title>\n", escape(title))
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" rx="8" fill="%s" stroke="%s" stroke-opacity="0.25"/>`+"\n",
		hex(theme.Background), hex(theme.Text))
	fmt.Fprintf(&b, `<g font-family="ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,'Noto Sans Mono CJK JP',monospace" font-size="%d">`+"\n", fontSize)
	for y := range h {
		row := stretches(screen, y, w)
		fill(&b, theme, row, y)
		for _, s := range row {
			s.draw(&b, theme, y, text)
		}
	}
	b.WriteString("</g>\n</svg>\n")
	return b.Bytes()
}

// stretch is cells of one row that have one style.
type stretch struct {
	x, cells int
	text     string
	style    uv.Style
}

func stretches(screen *vt.Emulator, y, w int) []stretch {
	var list []stretch
	for x := 0; x < w; {
		cell := screen.CellAt(x, y)
		if cell == nil || cell.Width < 1 {
			x++
			continue
		}
		content := cell.Content
		if content == "" {
			content = " "
		}
		last := len(list) - 1
		// A font may draw what is not ASCII in another width.
		joins := last >= 0 && list[last].style.Equal(&cell.Style) && list[last].x+list[last].cells == x &&
			ascii(list[last].text) && ascii(content)
		if joins {
			list[last].text += content
			list[last].cells += cell.Width
		} else {
			list = append(list, stretch{x, cell.Width, content, cell.Style})
		}
		x += cell.Width
	}
	return list
}

func ascii(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > '~' })
}

// fill draws the backgrounds of a row, each of one colour in one piece: seams
// would show between pieces.
func fill(b *bytes.Buffer, theme Theme, row []stretch, y int) {
	for i := 0; i < len(row); {
		_, bg, filled := row[i].colors(theme)
		from, cells := row[i].x, 0
		for ; i < len(row) && row[i].x == from+cells; i++ {
			if _, next, also := row[i].colors(theme); next != bg || also != filled {
				break
			}
			cells += row[i].cells
		}
		if filled {
			fmt.Fprintf(b, `<rect x="%.1f" y="%d" width="%.1f" height="%d" fill="%s"/>`+"\n",
				margin+float64(from)*cellWidth, margin+y*cellHeight, float64(cells)*cellWidth, cellHeight, hex(bg))
		}
	}
}

// colors are the stretch's, and whether its background is more than the window's.
func (s stretch) colors(theme Theme) (fg, bg color.RGBA, filled bool) {
	fg, bg = theme.color(s.style.Fg, theme.Text), theme.color(s.style.Bg, theme.Background)
	if s.style.Attrs&uv.AttrReverse != 0 {
		return bg, fg, true
	}
	return fg, bg, s.style.Bg != nil
}

func (s stretch) draw(b *bytes.Buffer, theme Theme, y int, change func(string) string) {
	fg, _, _ := s.colors(theme)
	left, top := margin+float64(s.x)*cellWidth, margin+y*cellHeight
	text := s.text
	if change != nil {
		text = change(text)
	}
	blank := len(text) - len(strings.TrimLeft(text, " "))
	text = strings.Trim(text, " ")
	if text == "" {
		return
	}
	left += float64(blank) * cellWidth
	length := float64(ansi.StringWidth(text)) * cellWidth
	fmt.Fprintf(b, `<text style="white-space:pre" x="%.1f" y="%.1f" textLength="%.1f" lengthAdjust="spacingAndGlyphs" fill="%s"%s>%s</text>`+"\n",
		left, float64(top)+baseline, length, hex(fg), s.attributes(), escape(text))
}

func (s stretch) attributes() string {
	text := ""
	if s.style.Attrs&uv.AttrBold != 0 {
		text += ` font-weight="bold"`
	}
	if s.style.Attrs&uv.AttrFaint != 0 {
		text += ` fill-opacity="0.7"`
	}
	if s.style.Underline != 0 {
		text += ` text-decoration="underline"`
	}
	return text
}

func (t Theme) color(c color.Color, otherwise color.RGBA) color.RGBA {
	switch c := c.(type) {
	case nil:
		return otherwise
	case ansi.BasicColor:
		return t.Colors[c]
	case ansi.IndexedColor:
		if int(c) < len(t.Colors) {
			return t.Colors[c]
		}
	}
	r, g, b, _ := c.RGBA()
	return color.RGBA{uint8(r >> 8), uint8(g >> 8), uint8(b >> 8), 0xff}
}

func hex(c color.RGBA) string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }

func escape(s string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(s))
	return b.String()
}
