package shot_test

import (
	"context"
	"encoding/xml"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/vt"

	"github.com/napter-connect/napter-connect/internal/sshdtest"
	"github.com/napter-connect/napter-connect/internal/tools/shot"
)

// page measures each text of the SVG that ?svg= names, in the browser: where
// its characters begin, against where a terminal's cells do. What is wrong is left
// in the element that the browser's DOM is searched for.
const page = `<!doctype html><body><script>
const picture = document.createElement('object'), report = document.createElement('pre');
report.id = 'report';
picture.type = 'image/svg+xml';
picture.onload = () => {
  const lines = [], cell = 8.4;
  for (const t of picture.contentDocument.querySelectorAll('text')) {
    const words = t.textContent, x = parseFloat(t.getAttribute('x'));
    if (t.getNumberOfChars() !== words.length)
      lines.push(words.length + ' characters, ' + t.getNumberOfChars() + ' drawn: ' + words);
    else if (/^[ -~]*$/.test(words))
      for (let i = 0; i < words.length; i++) {
        const off = t.getStartPositionOfChar(i).x - (x + i * cell);
        if (Math.abs(off) > 1) { lines.push('character ' + i + ' is off by ' + off.toFixed(1) + ' px: ' + words); break; }
      }
  }
  report.textContent = 'measured ' + picture.contentDocument.querySelectorAll('text').length + ' texts\n' + lines.join('\n') + '\nend of report';
  document.body.append(report);
};
picture.data = location.search.slice(1);
document.body.append(picture);
</script>`

// measure has Chromium draw the SVG of a server, and returns what page reports.
func measure(t *testing.T, server *httptest.Server, svg string) string {
	t.Helper()
	chromium := sshdtest.Tool(t, "chromium")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	dom, err := exec.CommandContext(ctx, chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
		"--no-first-run", "--disable-background-networking", "--user-data-dir="+t.TempDir(),
		"--virtual-time-budget=10000", "--dump-dom", server.URL+"/?/"+svg).Output()
	if err != nil {
		t.Fatal(err)
	}
	_, report, _ := strings.Cut(string(dom), `<pre id="report">`)
	report, _, ok := strings.Cut(report, "\nend of report")
	if !ok {
		t.Fatalf("the browser did not measure %s:\n%s", svg, dom)
	}
	return report
}

// serve serves page, and the SVGs.
func serve(t *testing.T, svgs http.Handler) *httptest.Server {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" {
			_, _ = io.WriteString(w, page)
			return
		}
		svgs.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server
}

// TestColumnsInChromium: the README's pictures have each character in its column,
// where a browser draws them. It may collapse runs of spaces, and then stretch
// what is left.
func TestColumnsInChromium(t *testing.T) {
	folder := filepath.Join("..", "..", "..", "docs", "img")
	files, err := filepath.Glob(filepath.Join(folder, "*.svg"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no pictures: %v", err)
	}
	server := serve(t, http.FileServer(http.Dir(folder)))
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			report := measure(t, server, filepath.Base(file))
			head, problems, _ := strings.Cut(report, "\n")
			if head == "measured 0 texts" || strings.TrimSpace(problems) != "" {
				t.Error(report)
			}
		})
	}
}

// TestSpacesStay: the measuring itself notices when spaces collapse.
func TestSpacesStay(t *testing.T) {
	screen := vt.NewEmulator(30, 1)
	if _, err := io.WriteString(screen, "STATE        NAME"); err != nil {
		t.Fatal(err)
	}
	svg := string(shot.SVG(screen, shot.Light(), "a table", nil))
	if err := xml.Unmarshal([]byte(svg), new(any)); err != nil {
		t.Fatal(err)
	}
	for _, broken := range []bool{false, true} {
		server := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "image/svg+xml")
			text := svg
			if broken {
				text = strings.ReplaceAll(text, "white-space", "no-space")
			}
			_, _ = io.WriteString(w, text)
		}))
		_, problems, _ := strings.Cut(measure(t, server, "table.svg"), "\n")
		if found := strings.TrimSpace(problems) != ""; found != broken {
			t.Errorf("broken %v, but the browser reports %q", broken, problems)
		}
	}
}
