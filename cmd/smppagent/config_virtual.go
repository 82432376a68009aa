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
			for key, place := range map[string][2]string{"pty": {v.PTY, other.PTY}, "serial": {v.Serial, other.Serial}, "tcp": {v.TCP, other.TCP}} {
				if place[0] != "" && place[0] == place[1] {
					bad(key, fmt.Sprintf("%q is where port %q is already", place[0], other.Name))
				}
			}
		}
	}
}
