// An SMSC made of node-smpp, which does the session, the codec and the alphabets. peer_test.go, one
// directory up, says what it is told on its command line and on stdin, and what it tells on stdout.
'use strict';

const smpp = require('smpp');
const readline = require('readline');

const o = JSON.parse(process.argv[2]);
const say = (event, more) => process.stdout.write(JSON.stringify({ event, ...more }) + '\n');

let next = 0xabc00; // as the hexadecimal and the decimal form of a number that differ
let refusals = { status: 0, count: 0 };
let stat = 'DELIVRD';
const bound = new Set();

const stamp = () => new Date().toISOString().replace(/[-:T]/g, '').slice(2, 12);

// deliver sends a deliver_sm, and again later as long as the ESME has no room for it.
function deliver(session, options) {
	session.deliver_sm(options, (resp) => {
		if (resp.command_status === smpp.ESME_RX_T_APPN) {
			setTimeout(deliver, 200, session, options);
			return;
		}
		say('deliver_sm_resp', { status: resp.command_status });
	});
}

function receipt(session, pdu, id) {
	deliver(session, {
		esm_class: 0x04, data_coding: 0,
		source_addr_ton: pdu.dest_addr_ton, source_addr_npi: pdu.dest_addr_npi, source_addr: pdu.destination_addr,
		dest_addr_ton: pdu.source_addr_ton, dest_addr_npi: pdu.source_addr_npi, destination_addr: pdu.source_addr,
		short_message: Buffer.from(`id:${id} sub:001 dlvrd:001 submit date:${stamp()} done date:${stamp()} ` +
			`stat:${stat} err:000 text:`, 'ascii'),
	});
}

function submit(session, pdu) {
	const m = pdu.short_message;
	const udh = m.udh ? Buffer.concat(m.udh.map ? m.udh : [m.udh]).toString('hex') : '';
	let status = 0;
	if (refusals.count > 0) {
		refusals.count--;
		status = refusals.status;
	}
	const n = next++;
	const id = o.ids === 'mixed' ? n.toString(16).toUpperCase().padStart(10, '0') : String(n);
	const text = Buffer.isBuffer(m.message) ? '' : m.message;
	say('submit_sm', {
		status, id: status ? '' : id, udh, text, octets: Buffer.isBuffer(m.message) ? m.message.toString('hex') : '',
		source: pdu.source_addr, source_ton: pdu.source_addr_ton, source_npi: pdu.source_addr_npi,
		dest: pdu.destination_addr, dest_ton: pdu.dest_addr_ton, dest_npi: pdu.dest_addr_npi,
		esm_class: pdu.esm_class, data_coding: pdu.data_coding, priority: pdu.priority_flag,
		registered: pdu.registered_delivery, reference: pdu.user_message_reference || 0,
	});
	const answer = () => session.send(pdu.response(status ? { command_status: status } : { message_id: id }));
	const report = () => receipt(session, pdu, o.ids === 'mixed' ? String(n) : id);
	if (status || !(pdu.registered_delivery & 3)) {
		answer();
	} else if (typeof text === 'string' && text.startsWith('Early')) { // the receipt overtakes the response
		report();
		answer();
	} else {
		answer();
		report();
	}
}

function bind(session, kind, pdu) {
	const status = pdu.system_id !== o.system_id ? smpp.ESME_RINVSYSID : pdu.password !== o.password ? smpp.ESME_RINVPASWD : 0;
	say('bind', { kind, status, version: pdu.interface_version });
	if (status) {
		session.send(pdu.response({ command_status: status }));
		return;
	}
	bound.add(session);
	session.send(pdu.response({ system_id: 'node-smpp' }));
}

const server = smpp.createServer((session) => {
	for (const kind of ['bind_transceiver', 'bind_transmitter', 'bind_receiver']) {
		session.on(kind, (pdu) => bind(session, kind, pdu));
	}
	session.on('submit_sm', (pdu) => submit(session, pdu));
	session.on('enquire_link', (pdu) => { say('enquire_link'); session.send(pdu.response()); });
	session.on('unbind', (pdu) => { say('unbind'); session.send(pdu.response()); session.close(); });
	session.on('close', () => { bound.delete(session); say('close'); });
	session.on('error', (e) => { say('error', { text: String(e) }); session.destroy(); });
});

readline.createInterface({ input: process.stdin }).on('line', (line) => {
	const c = JSON.parse(line);
	if (c.do === 'refuse') {
		refusals = { status: c.status, count: c.count };
	} else if (c.do === 'stat') {
		stat = c.text;
	} else if (c.do === 'echo') {
		say('echo');
	}
	for (const session of bound) {
		switch (c.do) {
		case 'deliver':
			deliver(session, {
				source_addr_ton: 1, source_addr_npi: 1, source_addr: c.source,
				dest_addr_ton: 3, dest_addr_npi: 1, destination_addr: '1234', short_message: c.text,
			});
			break;
		case 'enquire':
			session.enquire_link((resp) => say('enquire_link_resp', { status: resp.command_status }));
			break;
		case 'unbind':
			session.unbind((resp) => { say('unbind_resp', { status: resp.command_status }); session.close(); });
			break;
		}
	}
}).on('close', () => process.exit(0));

server.on('error', (e) => { say('error', { text: String(e) }); process.exit(1); });
server.listen(o.port, '127.0.0.1', () => say('listening'));
