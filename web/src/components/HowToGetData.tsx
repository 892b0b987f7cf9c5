import { follow } from './use-page';

/** What a person can do so that there is something to see. */
export function HowToGetData() {
  return (
    <>
      <dl>
        <dt><code>curl http://localhost:8080/</code></dt>
        <dd>make a call to any plain HTTP service of this host: it appears here at once</dd>
        <dt><code>weir up --source ebpf</code></dt>
        <dd>when services talk TLS: reads calls inside their TLS libraries</dd>
        <dt><code>weir doctor</code></dt>
        <dd>when calls are made but none appear: tells what this host allows</dd>
        <dt><code>./dev demo</code></dt>
        <dd>two example services with traffic between them, and a tour</dd>
      </dl>
      <p><a href="/status" onClick={(event) => follow(event, '/status')}>What is captured, and what is not</a></p>
    </>
  );
}
