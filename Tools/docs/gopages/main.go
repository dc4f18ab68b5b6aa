// Command gopages prints the documentation of a Go package as Markdown.
//
//	gopages FOLDER FILES
//
// It documents the declarations in the files of FOLDER whose names match the pattern FILES. A pattern that starts with !
// excludes files.
package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/doc"
	"go/doc/comment"
	"go/format"
	"go/parser"
	"go/token"
	"io/fs"
	"log"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 3 {
		log.Fatal("usage: gopages FOLDER FILES")
	}
	if err := write(os.Args[1], os.Args[2]); err != nil {
		log.Fatal(err)
	}
}

// pages prints the documentation of a package.
type pages struct {
	files   *token.FileSet
	pkg     *doc.Package
	pattern string
	// places maps names to the headings of their documentation.
	places map[string]string
}

func write(folder, pattern string) error {
	files := token.NewFileSet()
	isSource := func(info fs.FileInfo) bool { return !strings.HasSuffix(info.Name(), "_test.go") }
	parsed, err := parser.ParseDir(files, folder, isSource, parser.ParseComments)
	if err != nil {
		return err
	}
	for _, tree := range parsed {
		p := &pages{files: files, pkg: doc.New(tree, "github.com/peerplays/libpeerid/bindings/go", 0), pattern: pattern}
		p.findPlaces()
		if !strings.HasPrefix(pattern, "!") {
			p.types()
			return nil
		}
		p.text(p.pkg.Doc, 2)
		if len(p.pkg.Vars)+len(p.pkg.Consts) > 0 {
			fmt.Print("## Variables and constants\n\n")
			p.values(p.pkg.Vars)
			p.values(p.pkg.Consts)
		}
		if len(p.pkg.Funcs) > 0 {
			fmt.Print("## Functions\n\n")
			p.functions(p.pkg.Funcs, "")
		}
		p.types()
	}
	return nil
}

func (p *pages) findPlaces() {
	p.places = map[string]string{}
	value := func(values []*doc.Value, heading string) {
		for _, value := range values {
			for _, name := range value.Names {
				p.places[name] = heading
			}
		}
	}
	value(p.pkg.Vars, "variables-and-constants")
	value(p.pkg.Consts, "variables-and-constants")
	for _, function := range p.pkg.Funcs {
		p.places[function.Name] = strings.ToLower(function.Name)
	}
	for _, t := range p.pkg.Types {
		// Operations are on another page, to which nothing links.
		if !p.isShown(t.Decl) {
			continue
		}
		heading := strings.ToLower(t.Name)
		p.places[t.Name] = heading
		value(t.Consts, heading)
		value(t.Vars, heading)
		for _, function := range t.Funcs {
			p.places[function.Name] = strings.ToLower(function.Name)
		}
		for _, method := range t.Methods {
			p.places[t.Name+"."+method.Name] = heading + strings.ToLower(method.Name)
		}
	}
}

func (p *pages) isShown(node ast.Node) bool {
	name := filepath.Base(p.files.Position(node.Pos()).Filename)
	pattern := strings.TrimPrefix(p.pattern, "!")
	matches, _ := filepath.Match(pattern, name)
	return matches != strings.HasPrefix(p.pattern, "!")
}

func (p *pages) types() {
	for _, t := range p.pkg.Types {
		if !p.isShown(t.Decl) {
			continue
		}
		fmt.Printf("## %s\n\n", t.Name)
		p.declaration(t.Decl)
		p.text(t.Doc, 4)
		p.values(t.Consts)
		p.values(t.Vars)
		p.functions(t.Funcs, "")
		p.functions(t.Methods, t.Name+".")
	}
}

func (p *pages) values(values []*doc.Value) {
	for _, value := range values {
		if !p.isShown(value.Decl) {
			continue
		}
		p.declaration(value.Decl)
		p.text(value.Doc, 4)
	}
}

func (p *pages) functions(functions []*doc.Func, prefix string) {
	for _, function := range functions {
		// OpName, which every operation has, is described once.
		if !p.isShown(function.Decl) || function.Name == "OpName" {
			continue
		}
		fmt.Printf("### %s%s\n\n", prefix, function.Name)
		p.declaration(function.Decl)
		p.text(function.Doc, 4)
	}
}

func (p *pages) declaration(declaration ast.Decl) {
	switch d := declaration.(type) {
	case *ast.FuncDecl:
		d.Doc, d.Body = nil, nil
	case *ast.GenDecl:
		d.Doc = nil
	}
	var buffer bytes.Buffer
	if err := format.Node(&buffer, p.files, declaration); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("```go\n%s\n```\n\n", buffer.String())
}

func (p *pages) text(text string, level int) {
	printer := p.pkg.Printer()
	printer.HeadingLevel = level
	printer.DocLinkURL = func(link *comment.DocLink) string {
		if link.ImportPath != "" {
			return "https://pkg.go.dev/" + link.ImportPath + "#" + strings.TrimPrefix(link.Recv+"."+link.Name, ".")
		}
		name := strings.TrimPrefix(strings.TrimPrefix(link.Recv, "*")+"."+link.Name, ".")
		place, isKnown := p.places[name]
		if !isKnown {
			place = p.places[strings.TrimPrefix(link.Recv, "*")]
		}
		return "#" + place
	}
	printer.HeadingID = func(*comment.Heading) string { return "" }
	os.Stdout.Write(printer.Markdown(p.pkg.Parser().Parse(text)))
	fmt.Println()
}
