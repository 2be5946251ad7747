// The load of bench_probe.py in k6: each virtual user has one connection, sends at its own pace from a random
// moment on, and times what the others of its room send.
import { WebSocket } from 'k6/experimental/websockets';
import { Counter, Trend } from 'k6/metrics';

const received = new Counter('deliveries');
const latency = new Trend('delivery_latency');
const { URL, CLIENTS, ROOM, EVERY_MS, SECONDS, BYTES } = __ENV;

export const options = {
  scenarios: {
    chat: { executor: 'per-vu-iterations', vus: +CLIENTS, iterations: 1, maxDuration: '10m' },
  },
};

export default function () {
  const room = `r${Math.floor((__VU - 1) / +ROOM)}`;
  const socket = new WebSocket(URL);
  let number = 0;
  socket.onopen = () => socket.send(JSON.stringify({ type: 'join', room }));
  socket.onmessage = (event) => {
    const message = JSON.parse(event.data);
    if (message.type === 'message') {
      latency.add(Date.now() - message.data.t);
      received.add(1);
    } else if (message.type === 'joined') {
      setTimeout(() => setInterval(send, +EVERY_MS), Math.random() * +EVERY_MS);
      setTimeout(() => socket.close(), +SECONDS * 1000);
    }
  };
  const send = () => {
    const data = { m: `${__VU}-${++number}`, t: Date.now(), pad: 'x'.repeat(+BYTES) };
    socket.send(JSON.stringify({ type: 'publish', room, data }));
  };
}
