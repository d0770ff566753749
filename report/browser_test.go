package report

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// shots is where pictures of the pages are put, to be looked at and for the documents.
var shots = flag.String("shots", "", "write pictures of the HTML reports to this folder")

// browser is a headless Chromium, spoken to over two pipes (--remote-debugging-pipe): no port, no library.
// See https://chromedevtools.github.io/devtools-protocol/.
type browser struct {
	to   *os.File
	from *bufio.Reader
	cmd  *exec.Cmd
	dir  string
	last int
}

// message is one of the protocol, of either direction.
type wireMessage struct {
	ID        int                       `json:"id,omitempty"`
	SessionID string                    `json:"sessionId,omitempty"`
	Method    string                    `json:"method,omitempty"`
	Params    any                       `json:"params,omitempty"`
	Result    json.RawMessage           `json:"result,omitempty"`
	Error     *struct{ Message string } `json:"error,omitempty"`
}

var (
	startOnce sync.Once
	started   *browser
	startErr  error
)

func TestMain(m *testing.M) {
	flag.Parse()
	code := m.Run()
	if started != nil {
		started.close()
	}
	os.Exit(code)
}

// chromium returns the one browser of this test run; the test is skipped, and says so, where there is none.
func chromium(t *testing.T) *browser {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		t.Skip("NOT TESTED: the HTML report in a browser. There is no Chromium on this machine; install it (apt-get install chromium) and run this test again.")
	}
	startOnce.Do(func() { started, startErr = startBrowser(path) })
	if startErr != nil {
		t.Fatalf("start %s: %v", path, startErr)
	}
	return started
}

func startBrowser(path string) (*browser, error) {
	dir, err := os.MkdirTemp("", "report-test-")
	if err != nil {
		return nil, err
	}
	childIn, to, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	from, childOut, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	b := &browser{to: to, from: bufio.NewReaderSize(from, 1<<20), dir: dir}
	b.cmd = exec.Command(path, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--no-first-run",
		"--disable-extensions", "--disable-background-networking", "--disable-component-update", "--user-data-dir="+dir,
		"--remote-debugging-pipe", "about:blank")
	b.cmd.ExtraFiles = []*os.File{childIn, childOut} // 3 and 4 in the child
	if err := b.cmd.Start(); err != nil {
		return nil, err
	}
	childIn.Close()
	childOut.Close()
	return b, nil
}

func (b *browser) close() {
	b.to.Close() // it ends when its pipe does
	done := make(chan struct{})
	go func() { b.cmd.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		b.cmd.Process.Kill()
		<-done
	}
	os.RemoveAll(b.dir)
}

// send sends a command and returns its number.
func (b *browser) send(session, method string, params any) (int, error) {
	b.last++
	text, err := json.Marshal(wireMessage{ID: b.last, SessionID: session, Method: method, Params: params})
	if err != nil {
		return 0, err
	}
	_, err = b.to.Write(append(text, 0))
	return b.last, err
}

// next returns the next message from the browser.
func (b *browser) next() (m wireMessage, params map[string]any, err error) {
	text, err := b.from.ReadBytes(0)
	if err != nil {
		return m, nil, fmt.Errorf("the browser is gone: %w", err)
	}
	m.Params = &params
	err = json.Unmarshal(text[:len(text)-1], &m)
	return m, params, err
}

// tab is a page that is open, with all that it complained of and asked the network for.
type tab struct {
	t       *testing.T
	b       *browser
	session string
	loaded  bool
	faults  []string // console errors, exceptions, violations of the policy, dialogs
	fetched []string // addresses other than the file's own
	file    string
}

type obj = map[string]any

// newTab opens an empty tab that is closed with the test.
func newTab(t *testing.T) *tab {
	t.Helper()
	p := &tab{t: t, b: chromium(t)}
	var target struct{ TargetID string }
	p.call("Target.createTarget", obj{"url": "about:blank"}, &target)
	var attached struct{ SessionID string }
	p.call("Target.attachToTarget", obj{"targetId": target.TargetID, "flatten": true}, &attached)
	p.session = attached.SessionID
	for _, domain := range []string{"Page", "Runtime", "Log", "Network"} {
		p.call(domain+".enable", nil, nil)
	}
	t.Cleanup(func() {
		p.session = ""
		p.call("Target.closeTarget", obj{"targetId": target.TargetID}, nil)
	})
	return p
}

// call sends a command, waits for its answer and takes down what happens meanwhile.
func (p *tab) call(method string, params, result any) {
	p.t.Helper()
	id, err := p.b.send(p.session, method, params)
	if err != nil {
		p.t.Fatalf("%s: %v", method, err)
	}
	for {
		m, event, err := p.b.next()
		switch {
		case err != nil:
			p.t.Fatalf("%s: %v", method, err)
		case m.ID == id && m.Error != nil:
			p.t.Fatalf("%s: %s", method, m.Error.Message)
		case m.ID == id:
			if result != nil {
				if err := json.Unmarshal(m.Result, result); err != nil {
					p.t.Fatalf("%s: %v", method, err)
				}
			}
			return
		}
		p.event(m.Method, event)
	}
}

// event takes down what the page did.
func (p *tab) event(method string, params obj) {
	text, _ := json.Marshal(params) //nolint:errchkjson // it was JSON
	switch method {
	case "Page.loadEventFired":
		p.loaded = true
	case "Runtime.exceptionThrown", "Page.javascriptDialogOpening":
		p.faults = append(p.faults, method+": "+string(text))
	case "Runtime.consoleAPICalled":
		p.faults = append(p.faults, "console: "+string(text))
	case "Log.entryAdded":
		p.faults = append(p.faults, "log: "+string(text))
	case "Network.requestWillBeSent":
		request, _ := params["request"].(obj)
		if url, _ := request["url"].(string); url != p.file && !strings.HasPrefix(url, "data:") {
			p.fetched = append(p.fetched, url)
		}
	}
}

// open shows a page and waits until it is loaded.
func (p *tab) open(html []byte) {
	p.t.Helper()
	path := filepath.Join(p.t.TempDir(), "report.html")
	if err := os.WriteFile(path, html, 0o600); err != nil {
		p.t.Fatal(err)
	}
	p.file, p.loaded = "file://"+path, false
	p.call("Page.navigate", obj{"url": p.file}, nil)
	for !p.loaded {
		m, event, err := p.b.next()
		if err != nil {
			p.t.Fatal(err)
		}
		p.event(m.Method, event)
	}
}

// eval runs an expression in the page, waits for it if it is a promise, and returns its value in result.
func (p *tab) eval(expression string, result any) {
	p.t.Helper()
	var answer struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails *struct{ Exception struct{ Description string } }
	}
	p.call("Runtime.evaluate", obj{"expression": expression, "returnByValue": true, "awaitPromise": true}, &answer)
	if answer.ExceptionDetails != nil {
		p.t.Fatalf("%s\n%s", expression, answer.ExceptionDetails.Exception.Description)
	}
	if result != nil {
		if err := json.Unmarshal(answer.Result.Value, result); err != nil {
			p.t.Fatalf("%s: %v", expression, err)
		}
	}
}

// text is eval for a text.
func (p *tab) text(expression string) string {
	p.t.Helper()
	var s string
	p.eval("String("+expression+")", &s)
	return s
}

// clean fails the test if the page complained or asked the network for anything.
func (p *tab) clean() {
	p.t.Helper()
	for _, f := range p.faults {
		p.t.Errorf("the page complains: %s", f)
	}
	for _, f := range p.fetched {
		p.t.Errorf("the page asks for %s", f)
	}
}

// shoot writes a picture of the whole page, where pictures are asked for.
func (p *tab) shoot(name string, width int, scheme string) {
	p.t.Helper()
	if *shots == "" {
		return
	}
	p.call("Emulation.setEmulatedMedia", obj{"features": []obj{{"name": "prefers-color-scheme", "value": scheme}}}, nil)
	p.call("Emulation.setDeviceMetricsOverride", obj{"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 700}, nil)
	var height int
	p.eval("document.documentElement.scrollHeight", &height)
	var picture struct{ Data []byte }
	p.call("Page.captureScreenshot", obj{
		"captureBeyondViewport": true,
		"clip":                  obj{"x": 0, "y": 0, "width": width, "height": min(height, 5000), "scale": 1},
	}, &picture)
	if err := errors.Join(os.MkdirAll(*shots, 0o755), os.WriteFile(filepath.Join(*shots, name+".png"), picture.Data, 0o600)); err != nil {
		p.t.Fatal(err)
	}
	p.call("Emulation.clearDeviceMetricsOverride", nil, nil)
}
