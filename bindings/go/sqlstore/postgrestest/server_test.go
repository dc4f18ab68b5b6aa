package postgrestest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"testing"
	"time"

	_ "github.com/lib/pq"
)

// dataSource is the data source name of the tests' server.
var dataSource = os.Getenv("PEERID_TEST_POSTGRES")

func TestMain(m *testing.M) {
	// The server is told when the thread that started it dies: that must be no other than the program.
	runtime.LockOSThread()
	status, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		status = 1
	}
	os.Exit(status)
}

// run starts a server for the tests, unless a data source is given.
func run(m *testing.M) (int, error) {
	if dataSource != "" {
		return m.Run(), nil
	}
	folder, err := os.MkdirTemp("/tmp", "peerid-postgres-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(folder)
	server, err := startServer(folder)
	if err != nil {
		return 0, err
	}
	defer server.stop()
	dataSource = fmt.Sprintf("host=%s user=peerid dbname=postgres sslmode=disable", folder)
	if err := awaitServer(); err != nil {
		return 0, err
	}
	return m.Run(), nil
}

// server is a PostgreSQL server on a socket in its own folder, without a port.
type server struct{ process *exec.Cmd }

func startServer(folder string) (*server, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil || len(found) == 0 {
		return nil, errors.New("install PostgreSQL, or set PEERID_TEST_POSTGRES to a data source")
	}
	programs := found[len(found)-1]
	owner, err := serverOwner(folder)
	if err != nil {
		return nil, err
	}
	command := func(name string, arguments ...string) *exec.Cmd {
		command := exec.Command(filepath.Join(programs, name), arguments...)
		command.Dir = folder
		command.SysProcAttr = &syscall.SysProcAttr{Credential: owner, Pdeathsig: syscall.SIGQUIT}
		return command
	}
	data := filepath.Join(folder, "data")
	if said, err := command("initdb", "-D", data, "-U", "peerid", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w\n%s", err, said)
	}
	process := command("postgres", "-D", data, "-k", folder, "-c", "listen_addresses=", "-c", "fsync=off", "-c", "log_min_messages=fatal")
	process.Stderr = os.Stderr
	return &server{process}, process.Start()
}

// serverOwner is the user who runs the server: PostgreSQL refuses to run as root.
func serverOwner(folder string) (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	postgres, err := user.Lookup("postgres")
	if err != nil {
		return nil, err
	}
	uid, err := strconv.Atoi(postgres.Uid)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.Atoi(postgres.Gid)
	if err != nil {
		return nil, err
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, os.Chown(folder, uid, gid)
}

func awaitServer() error {
	db, err := sql.Open("postgres", dataSource)
	if err != nil {
		return err
	}
	defer db.Close()
	for begin := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		err := db.PingContext(context.Background())
		if err == nil || time.Since(begin) > 10*time.Minute {
			return err
		}
	}
}

// stop ends the server and its connections.
func (s *server) stop() {
	_ = s.process.Process.Signal(syscall.SIGINT)
	_ = s.process.Wait()
}
