package main

import "fmt"

// checkVirtual judges the tables [[virtual]].
func (c *config) checkVirtual(p *problems, files bool) {
	for i := range c.Virtual {
		v := &c.Virtual[i]
		bad := p.under(indexKey("virtual", i))
		v.Check(bad)
		if files {
			v.CheckFiles(bad)
		}
		for _, other := range c.Virtual[:i] {
			if other.Name == v.Name {
				bad("name", fmt.Sprintf("%q is the name of another port: give each its own", v.Name))
			}
			for _, place := range [...][3]string{{"pty", v.PTY, other.PTY}, {"serial", v.Serial, other.Serial}, {"tcp", v.TCP, other.TCP}} {
				if place[1] != "" && place[1] == place[2] {
					bad(place[0], fmt.Sprintf("%q is where port %q is already", place[1], other.Name))
				}
			}
		}
	}
}
