// A name server on loopback for tests: RFC 1035, one question, A and CNAME. `zone` may change at any
// time: name → { a: '127.0.0.1', cname: 'other.test' }; what it does not have does not exist.
import dgram from 'node:dgram';

const wireName = (name) => Buffer.concat([...name.split('.').map((label) =>
  Buffer.concat([Buffer.from([label.length]), Buffer.from(label)])), Buffer.from([0])]);

function answerTo(query, zone) {
  let at = 12;
  const labels = [];
  while (query[at] !== 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + query[at]));
    at += query[at] + 1;
  }
  const type = query.readUInt16BE(at + 1);
  const record = zone.get(labels.join('.').toLowerCase());
  const answers = [];
  let owner = [0xc0, 0x0c]; // a pointer to the question's name, then to the CNAME's target
  const add = (kind, data) => {
    const head = Buffer.from([...owner, 0, kind, 0, 1, 0, 0, 0, 0, 0, data.length]);
    answers.push(Buffer.concat([head, data]));
  };
  if (record?.cname && (type === 5 || type === 1)) {
    add(5, wireName(record.cname));
    owner = [0xc0, at + 5 + 12];
  }
  if (record?.a && type === 1) add(1, Buffer.from(record.a.split('.').map(Number)));
  const head = Buffer.from(query.subarray(0, 12));
  head[2] |= 0x80;
  head[3] = record ? 0 : 3;
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(answers.length, 6);
  head.fill(0, 8);
  return Buffer.concat([head, query.subarray(12, at + 5), ...answers]);
}

export async function startNameServer() {
  const zone = new Map();
  const socket = dgram.createSocket('udp4');
  socket.on('message', (query, from) => socket.send(answerTo(query, zone), from.port, from.address));
  await new Promise((resolve) => { socket.bind(0, '127.0.0.1', resolve); });
  return { zone, address: `127.0.0.1:${socket.address().port}`, close: () => socket.close() };
}
