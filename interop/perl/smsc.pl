#!/usr/bin/perl
# An SMSC made of Net::SMPP, which does the codec and the connections; the alphabets are Encode's.
# peer_test.go, one directory up, says what it is told on its command line and on stdin, and what it
# tells on stdout.
use strict;
use warnings;
use Encode ();
use IO::Select;
use JSON::PP ();
use Net::SMPP;
use POSIX qw(strftime);

$SIG{PIPE} = 'IGNORE';
binmode STDIN, ':raw';
binmode STDOUT, ':raw';
STDOUT->autoflush(1);

my $json = JSON::PP->new->utf8;
my $o    = $json->decode($ARGV[0]);
my ($next, $stat, %refuse, %bound, %sent, @later) = (1_000_000_001, 'DELIVRD');
my ($input, $kinds) = ('', { 9 => 'bind_transceiver', 2 => 'bind_transmitter', 1 => 'bind_receiver' });
%refuse = (status => 0, count => 0);

sub say_event { my ($event, %more) = @_; print $json->encode({ event => $event, %more }), "\n" }

sub stamp { strftime('%Y%m%d%H%M%S', gmtime) }    # four digits of the year, and seconds

sub text {
	my ($pdu, $octets) = @_;
	my $dcs = $pdu->{data_coding};
	return Encode::decode('gsm0338',  $octets) if $dcs == 0 || ($dcs & 0xfc) == 0xf0;
	return Encode::decode('UTF-16BE', $octets) if $dcs == 8;
	return '';
}

# deliver sends a deliver_sm and keeps it, since it goes again as long as the ESME has no room for it.
sub deliver {
	my ($c, @fields) = @_;
	my $seq = $c->deliver_sm(async => 1, @fields);
	$sent{$c}{$seq} = \@fields;
}

sub delivered {
	my ($c, $pdu) = @_;
	my $fields = delete $sent{$c}{ $pdu->{seq} };
	return push @later, [time + 1, $c, @$fields] if $fields && $pdu->{status} == 0x64;
	say_event('deliver_sm_resp', status => $pdu->{status} + 0);
}

# The receipt is in the TLVs; the text is in an order and a case of its own.
sub receipt {
	my ($c, $pdu, $id) = @_;
	deliver($c,
		esm_class => 0x04,
		source_addr_ton => $pdu->{dest_addr_ton}, source_addr_npi => $pdu->{dest_addr_npi}, source_addr => $pdu->{destination_addr},
		dest_addr_ton => $pdu->{source_addr_ton}, dest_addr_npi => $pdu->{source_addr_npi}, destination_addr => $pdu->{source_addr},
		short_message => "stat:$stat id:$id err:0000 done date:" . stamp() . ' Text:x',
		message_state => pack('C', $stat eq 'DELIVRD' ? 2 : 5), receipted_message_id => "$id\0",
	);
}

sub submit {
	my ($c, $pdu) = @_;
	my ($octets, $udh) = ($pdu->{short_message}, '');
	if ($pdu->{esm_class} & 0x40) {
		my $n = ord $octets;
		($udh, $octets) = (substr($octets, 1, $n), substr($octets, 1 + $n));
	}
	my $status = $refuse{count} > 0 ? $refuse{status} : 0;
	$refuse{count}-- if $refuse{count} > 0;
	my $id = $status ? '' : $next++;
	my $r  = $pdu->{user_message_reference};
	say_event('submit_sm',
		status => $status, id => "$id", udh => unpack('H*', $udh), text => text($pdu, $octets), octets => unpack('H*', $octets),
		source => $pdu->{source_addr}, source_ton => $pdu->{source_addr_ton} + 0, source_npi => $pdu->{source_addr_npi} + 0,
		dest => $pdu->{destination_addr}, dest_ton => $pdu->{dest_addr_ton} + 0, dest_npi => $pdu->{dest_addr_npi} + 0,
		esm_class => $pdu->{esm_class} + 0, data_coding => $pdu->{data_coding} + 0, priority => $pdu->{priority_flag} + 0,
		registered => $pdu->{registered_delivery} + 0, reference => defined $r ? unpack('n', $r) : 0,
	);
	my $early = text($pdu, $octets) =~ /^Early/;
	my $wanted = !$status && $pdu->{registered_delivery} & 3;
	receipt($c, $pdu, $id) if $wanted && $early;
	$c->submit_sm_resp(seq => $pdu->{seq}, status => $status, message_id => $id);    # a body in errors too
	receipt($c, $pdu, $id) if $wanted && !$early;
}

sub hang_up { my ($s, $c) = @_; delete $bound{$c}; delete $sent{$c}; $s->remove($c); close $c; say_event('close') }

sub take {
	my ($s, $c) = @_;
	my $pdu = $c->read_pdu or return hang_up($s, $c);
	my $cmd = $pdu->{cmd};
	if (my $kind = $kinds->{$cmd}) {
		my $status = $pdu->{system_id} ne $o->{system_id} ? 15 : $pdu->{password} ne $o->{password} ? 14 : 0;
		say_event('bind', kind => $kind, status => $status, version => $pdu->{interface_version} + 0);
		my $resp = "${kind}_resp";
		$c->$resp(seq => $pdu->{seq}, status => $status, system_id => 'perl', sc_interface_version => "\x34");
		return $bound{$c} = $c unless $status;
		return hang_up($s, $c);                  # without waiting for whatever comes next
	}
	return submit($c, $pdu) if $cmd == 4;
	if ($cmd == 0x15) { say_event('enquire_link'); return $c->enquire_link_resp(seq => $pdu->{seq}) }
	if ($cmd == 6) { say_event('unbind'); $c->unbind_resp(seq => $pdu->{seq}); return hang_up($s, $c) }
	return delivered($c, $pdu) if $cmd == 0x80000005;
	if ($cmd == 0x80000015) { return say_event('enquire_link_resp', status => $pdu->{status} + 0) }
	if ($cmd == 0x80000006) { say_event('unbind_resp', status => $pdu->{status} + 0); return hang_up($s, $c) }
	return $c->generic_nack(seq => $pdu->{seq}, status => 3);
}

sub order {
	my ($k) = @_;
	%refuse = (status => $k->{status}, count => $k->{count}) if $k->{do} eq 'refuse';
	$stat = $k->{text} if $k->{do} eq 'stat';
	say_event('echo') if $k->{do} eq 'echo';
	for my $c (values %bound) {
		$c->enquire_link(async => 1) if $k->{do} eq 'enquire';
		$c->unbind(async => 1)       if $k->{do} eq 'unbind';
		next unless $k->{do} eq 'deliver';
		my $ucs2   = $k->{text} =~ /[^\x00-\xff]/;
		my $octets = Encode::encode($ucs2 ? 'UTF-16BE' : 'gsm0338', $k->{text});
		deliver($c,
			source_addr_ton => 1, source_addr_npi => 1, source_addr => $k->{source},
			dest_addr_ton => 3, dest_addr_npi => 1, destination_addr => '1234',
			data_coding => $ucs2 ? 8 : 0, short_message => $octets,
		);
	}
}

my $server = Net::SMPP->new_listen('127.0.0.1', port => $o->{port}, smpp_version => 0x34, interface_version => 0x34) or die "listen: $!";
my $s = IO::Select->new($server, \*STDIN);
say_event('listening');
while (1) {
	while (@later && $later[0][0] <= time) {
		my (undef, $c, @fields) = @{ shift @later };
		deliver($c, @fields) if $bound{$c};
	}
	for my $h ($s->can_read(@later ? 1 : undef)) {
		if ($h == $server) {
			my $c = $server->accept or next;
			$s->add($c);
		} elsif ($h == \*STDIN) {
			sysread(STDIN, $input, 65536, length $input) or exit 0;
			order($json->decode($1)) while $input =~ s/^(.*)\n//;
		} else {
			take($s, $h);
		}
	}
}
