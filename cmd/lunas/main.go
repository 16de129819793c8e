// Command lunas is the gateway, its sandbox and its tools in one binary.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	_ "time/tzdata" // the image has no time zones of its own

	"github.com/alecthomas/kong"

	"github.com/lunas-pay/lunas/internal/cli"
)

// version is set by release builds: -ldflags "-X main.version=…".
var version string

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	os.Exit(run(ctx, os.Args[1:], os.Environ(), os.Stdout, os.Stderr))
}

// terminal is what a command may see of the world.
type terminal struct {
	ctx     context.Context
	environ []string
	in      io.Reader
	out     io.Writer
	err     io.Writer
}

// commands are the binary's commands.
type commands struct {
	Dev         devCommand        `cmd:"" help:"Run gateway and sandbox on this machine, with nothing to set up. Start here."`
	Serve       serveCommand      `cmd:"" help:"Run the gateway for production, from a configuration file and the environment."`
	Sandbox     sandboxCommand    `cmd:"" help:"Run the sandbox alone: the providers emulated, with a wallet page."`
	Migrate     migrateCommand    `cmd:"" help:"Bring a database to the current schema."`
	Payments    cli.Payments      `cmd:"" help:"Ask a gateway for payments, follow them, give them back."`
	Phones      cli.Phones        `cmd:"" help:"Ask the provider about customers' phones."`
	Events      cli.Events        `cmd:"" help:"Show what happens at a gateway."`
	Recap       cli.Recap         `cmd:"" help:"Show what days add up to, per terminal and batch."`
	Reconcile   cli.Reconcile     `cmd:"" help:"Hold a provider's settlement file against the books of a day."`
	Webhooks    cli.Webhooks      `cmd:"" help:"Have events sent to addresses; forward them to this machine."`
	Merchants   cli.Merchants     `cmd:"" help:"Make merchants and look at them, for who runs the gateway."`
	Accounts    cli.Accounts      `cmd:"" help:"Set up merchants' accounts at the rails, for who runs the gateway."`
	Credentials cli.Credentials   `cmd:"" help:"Make the keys that OVO asks for, and open what it sends back."`
	Doctor      doctorCommand     `cmd:"" help:"Look whether everything is as it must be before money moves, and how to mend it."`
	Notices     cli.Notices       `cmd:"" help:"List what needs a human."`
	Keys        keysCommand       `cmd:"" help:"Make and end API keys; change the master key."`
	Actions     cli.Actions       `cmd:"" help:"Show what people and keys did by hand: to merchants, keys, endpoints, terminals."`
	Terminals   terminalsCommand  `cmd:"" help:"Look at the numbering of terminals, move it ahead, release a stopped terminal."`
	Users       usersCommand      `cmd:"" help:"The people of the console: list and make them, and let them in again."`
	Onboarding  onboardingCommand `cmd:"" help:"Register a payment gateway's merchants with a provider, by files over SFTP."`
	Backup      backupCommand     `cmd:"" help:"Copy a SQLite database into a file while a gateway works on it."`
	Restore     restoreCommand    `cmd:"" help:"Put a backup in place, fenced; confirm it before the gateway may start again."`
	Export      exportCommand     `cmd:"" help:"Write the log of exchanges and actions into a file, with its hash chains."`
	Archive     archiveCommand    `cmd:"" help:"Write what is old and final into files, and remove it from the database."`
	Verify      verifyCommand     `cmd:"" help:"Check such files, without a database or a key: is everything as it was written?"`
	Config      configCommand     `cmd:"" help:"Check a configuration and report every mistake in it."`
	Certify     certifyCommand    `cmd:"" help:"Make conformance runs: written scenarios against sandbox, staging or devsite, judged by rule."`
	Evidence    evidenceCommand   `cmd:"" help:"Make documents of such runs or of payments: UAT, functional test sheet, a signed pack."`
	QRIS        qrisCommand       `cmd:"" name:"qris" help:"Explain the text of a QRIS code."`
	Sim         simCommand        `cmd:"" help:"Simulate whole days with lost answers and crashes, and check that the books agree."`
	Bench       benchCommand      `cmd:"" help:"Measure payments a second end to end, beside a naive rival in the same run."`
	Completion  cli.Completion    `cmd:"" help:"Print what bash, zsh or fish needs to complete command lines."`
	Complete    cli.Complete      `cmd:"" hidden:"" name:"__complete"`
	Version     versionCommand    `cmd:"" help:"Print the version."`
}

// exit is how kong asks to end the program, for instance after --help.
type exit int

func run(ctx context.Context, args, environ []string, out, errOut io.Writer) (code int) {
	defer func() {
		switch trouble := recover().(type) {
		case nil:
		case exit:
			code = int(trouble)
		default:
			panic(trouble)
		}
	}()
	parser, err := newParser(ctx, out, errOut)
	if err != nil {
		fmt.Fprintln(errOut, "lunas:", err)
		return 2
	}
	command, err := parser.Parse(usual(args))
	if err != nil {
		fmt.Fprintln(errOut, "lunas:", notUnderstood(err))
		return 2
	}
	err = command.Run(&terminal{ctx: ctx, environ: environ, in: os.Stdin, out: out, err: errOut},
		&cli.Terminal{Context: ctx, Environ: environ, In: os.Stdin, Out: out, Err: errOut})
	if err == nil {
		return 0
	}
	fmt.Fprintln(errOut, "lunas:", oneSentence(err))
	var ends *cli.Exit
	if errors.As(err, &ends) {
		return ends.Code
	}
	return 1
}

// newParser makes what reads command lines. It panics with exit where a flag such as --help ends the program.
func newParser(ctx context.Context, out, errOut io.Writer) (*kong.Kong, error) {
	return kong.New(&commands{}, kong.Name("lunas"), kong.Description(
		"lunas takes OVO payments and brings every one of them to an end that both sides agree on.\n\n"+
			"Examples:\n"+
			"  lunas dev                          try everything on this machine\n"+
			"  lunas serve --config lunas.yaml    run for production\n"+
			"  lunas payments create --amount 12500 --reference INV-1 --phone 081211111111 --wait\n"+
			"  lunas sim --seeds 2000             look for a day on which the books do not agree\n"),
		kong.Writers(out, errOut), kong.Exit(func(code int) { panic(exit(code)) }), kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}), kong.BindTo(ctx, (*context.Context)(nil)))
}

// usual takes what people type out of habit for what it means here: nothing, help in front, --version.
func usual(args []string) []string {
	switch {
	case len(args) == 0:
		return []string{"--help"}
	case args[0] == "help":
		return append(slices.Clone(args[1:]), "--help")
	case len(args) == 1 && args[0] == "--version":
		return []string{"version"}
	}
	return args
}

// notUnderstood says what is wrong with a command line, and whose help tells how it is written.
func notUnderstood(err error) string {
	help := "lunas"
	var wrong *kong.ParseError
	if errors.As(err, &wrong) && wrong.Context.Selected() != nil {
		help = wrong.Context.Selected().FullPath()
	}
	text := err.Error()
	if !strings.HasSuffix(text, "?") {
		text += "."
	}
	return text + " Try: " + help + " --help"
}

// oneSentence writes an error without line breaks; several mistakes are listed, each in its line.
func oneSentence(err error) string {
	all := mistakes(err)
	if len(all) == 1 {
		return all[0]
	}
	return "several things are wrong:\n  - " + strings.Join(all, "\n  - ")
}

// mistakes takes apart what errors.Join has joined.
func mistakes(err error) (all []string) {
	var texts []string
	joined, ok := err.(interface{ Unwrap() []error }) // and not errors.As: only the outermost is a list
	if ok {
		for _, e := range joined.Unwrap() {
			texts = append(texts, e.Error())
			all = append(all, mistakes(e)...)
		}
	}
	if ok && err.Error() == strings.Join(texts, "\n") {
		return all
	}
	lines := strings.FieldsFunc(err.Error(), func(r rune) bool { return r == '\n' || r == '\t' })
	return []string{strings.ReplaceAll(strings.Join(lines, "; "), ":; ", ": ")}
}

type versionCommand struct{}

// programVersion is the version, also of a build that was not given one.
func programVersion() string {
	info, _ := debug.ReadBuildInfo()
	v := version
	if v == "" && info != nil {
		v = info.Main.Version
	}
	if v == "" || v == "(devel)" {
		v = "development"
	}
	return v
}

// Help shows examples.
func (versionCommand) Help() string { return "Examples:\n  lunas version" }

// Run prints the version and what it was built with.
func (versionCommand) Run(t *terminal) error {
	info, _ := debug.ReadBuildInfo()
	goVersion := ""
	if info != nil {
		goVersion = info.GoVersion
	}
	_, err := fmt.Fprintf(t.out, "lunas %s (%s)\n", programVersion(), goVersion)
	return err
}
