/** One invented incident in the three forms that a reader meets. */

export const asMarkdown = `---
tags:
  - k8s
decision_points: 16
---
# Incident Replay: Image Pulls Fail on the Edge Site

## Setup

- **System context:** Nine-node cluster; three nodes at an edge site behind a proxy.
- **Time:** Friday 21:10 UTC
- **Your role:** On-call engineer

## Round 1: Alert Fires

> *[Pressure cue: "The shop's manager says 'tills are dead'. You have 15 minutes."]*

**What you see:**
Three pods are in \`ImagePullBackOff\`. \`kubectl describe pod till-0\` ends with "proxyconnect tcp: EOF".

**Choose your action:**
- A) Restart the pods
- B) Look at the proxy's log
- C) Move the registry

### If you chose B (recommended):

> *[Result: \`journalctl -u squid\` says that the certificate [CN=edge] ended (yesterday). Proceed to Round 2.]*

### If you chose A:

> *[Result: They fail again. 10 minutes wasted.]*

### If you chose C:

> *[Result: Nothing is wrong with it.]*

## Round 2: Remediation

> *[Pressure cue: "Tills work. Make sure that they will tomorrow."]*

**Actions:**
1. Verify that the pods run: \`kubectl get pods -o wide\`
2. Renew certificates a week early

## Damage Report

- **Total downtime:** 20 minutes (no till worked)
- **Blast radius:** One shop
- **Optimal resolution time:** 8 minutes (log -> certificate)
- **If every wrong choice was made:** 2+ hours, and a registry too many

## Cross-References

- Primer: [Image Pulls](../../topics/pulls/primer/)
- Footguns: [Proxies](../../topics/proxies/footguns/)
`

const permalink = (id: string): string =>
  `<a class="headerlink" href="#${id}" title="Permanent link">&para;</a>`

export const asPage = `<!doctype html>
<html lang="en">
<head>
<title>Incident Replay: Image Pulls Fail on the Edge Site - A Wiki</title>
<script>var round = "Round 7: Never";</script>
<style>h2 { color: red }</style>
</head>
<body>
<a href="#x" class="skip">Skip to content</a>
<header><h2>Round 9: A menu</h2></header>
<nav><ul><li><a href="#r1">Round 1: Alert Fires</a></li><li><a href="#b">If you chose B (recommended):</a></li></ul></nav>
<main><article>
<nav><a href="../tags/">k8s</a></nav>
<h1 id="t">Incident Replay: Image Pulls Fail on the Edge Site${permalink('t')}</h1>
<h2 id="setup">Setup${permalink('setup')}</h2>
<ul>
<li><strong>System context:</strong> Nine-node cluster; three nodes at an edge site behind a proxy.</li>
<li><strong>Time:</strong> Friday 21:10 UTC</li>
<li><strong>Your role:</strong> On-call engineer</li>
</ul>
<h2 id="r1">Round 1: Alert Fires${permalink('r1')}</h2>
<blockquote>
<p><em>[Pressure cue: "The shop's manager says 'tills are dead'. You have 15 minutes."]</em></p>
</blockquote>
<p><strong>What you see:</strong>
Three pods are in <code>ImagePullBackOff</code>. <code>kubectl describe pod till-0</code> ends with "proxyconnect tcp: EOF".</p>
<p><strong>Choose your action:</strong>
- A) Restart the pods
- B) Look at the proxy's log
- C) Move the registry</p>
<h3 id="b">If you chose B (recommended):${permalink('b')}</h3>
<blockquote>
<p><em>[Result: <code>journalctl -u squid</code> says that the certificate [CN=edge] ended (yesterday). Proceed to Round 2.]</em></p>
</blockquote>
<h3 id="a">If you chose A:${permalink('a')}</h3>
<blockquote>
<p><em>[Result: They fail again. 10 minutes wasted.]</em></p>
</blockquote>
<h3 id="c">If you chose C:${permalink('c')}</h3>
<blockquote>
<p><em>[Result: Nothing is wrong with it.]</em></p>
</blockquote>
<h2 id="r2">Round 2: Remediation${permalink('r2')}</h2>
<blockquote>
<p><em>[Pressure cue: "Tills work. Make sure that they will tomorrow."]</em></p>
</blockquote>
<p><strong>Actions:</strong>
1. Verify that the pods run: <code>kubectl get pods -o wide</code>
2. Renew certificates a week early</p>
<h2 id="d">Damage Report${permalink('d')}</h2>
<ul>
<li><strong>Total downtime:</strong> 20 minutes (no till worked)</li>
<li><strong>Blast radius:</strong> One shop</li>
<li><strong>Optimal resolution time:</strong> 8 minutes (log -&gt; certificate)</li>
<li><strong>If every wrong choice was made:</strong> 2+ hours, and a registry too many</li>
</ul>
<h2 id="x">Cross-References${permalink('x')}</h2>
<ul>
<li>Primer: <a href="../../topics/pulls/primer/">Image Pulls</a></li>
<li>Footguns: <a href="../../topics/proxies/footguns/">Proxies</a></li>
</ul>
<aside>August 19</aside>
</article></main>
<footer>Made with care</footer>
</body>
</html>
`

export const asCopied = `Skip to content

Incident Replay: Image Pulls Fail on the Edge Site

Setup

  • System context: Nine-node cluster; three nodes at an edge site behind a proxy.
  • Time: Friday 21:10 UTC
  • Your role: On-call engineer

Round 1: Alert Fires

[Pressure cue: "The shop's manager says 'tills are dead'. You have 15 minutes."]

What you see: Three pods are in ImagePullBackOff. kubectl describe pod till-0 ends with "proxyconnect tcp: EOF".

Choose your action: - A) Restart the pods - B) Look at the proxy's log - C) Move the registry

[Result: journalctl -u squid says that the certificate [CN=edge] ended (yesterday). Proceed to Round 2.]

If you chose A:

[Result: They fail again. 10 minutes wasted.]

If you chose C:

[Result: Nothing is wrong with it.]

Round 2: Remediation

[Pressure cue: "Tills work. Make sure that they will tomorrow."]

Actions: 1. Verify that the pods run: kubectl get pods -o wide 2. Renew certificates a week early

Damage Report

  • Total downtime: 20 minutes (no till worked)
  • Blast radius: One shop
  • Optimal resolution time: 8 minutes (log -> certificate)
  • If every wrong choice was made: 2+ hours, and a registry too many

Cross-References

  • Primer: Image Pulls
  • Footguns: Proxies
`
