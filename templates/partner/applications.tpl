{{%AUTOESCAPE context="HTML"}}
<header class="page-head"><h1 class="grow">[[Applications]]</h1></header>
{{#WAITING}}
<section class="stack" aria-labelledby="waiting-title">
  <h2 id="waiting-title">[[Waiting for an answer]]</h2>
{{#APPLICATION}}
  <article class="card" aria-labelledby="who-{{PID}}">
    <div class="card-head"><h3 class="grow" id="who-{{PID}}"><bdi>{{HANDLE}}</bdi> <span class="muted"><bdi>{{NAME}}</bdi></span></h3>{{>STATUS}}</div>
    <div class="card-body stack">
{{#MESSAGE}}
      <blockquote class="quote"><bdi>{{TEXT}}</bdi></blockquote>
{{/MESSAGE}}
      <dl class="facts">
        <dt>[[Program]]</dt><dd><bdi>{{PROGRAM}}</bdi></dd>
        <dt>[[Applied]]</dt><dd><time datetime="{{AT_ISO}}" title="{{AT_ISO}}">{{AT}}</time></dd>
        <dt>[[Country]]</dt><dd>{{COUNTRY}}</dd>
        <dt>[[Channels]]</dt>{{#CHANNEL}}<dd><a href="{{URL}}" rel="noopener noreferrer nofollow">{{URL}}</a></dd>{{/CHANNEL}}
        {{#ABOUT}}<dt>[[About]]</dt><dd><bdi>{{TEXT}}</bdi></dd>{{/ABOUT}}
      </dl>
      <div class="row">
        <form method="post" action="/brand/applications/{{PID}}/accept"><input type="hidden" name="csrf" value="{{CSRF}}"><button class="button button-primary" aria-describedby="who-{{PID}}">[[Accept]]</button></form>
        <a class="button" href="/brand/applications/{{PID}}/decline" aria-describedby="who-{{PID}}">[[Decline…]]</a>
        <span class="meta">[[Accepting makes a link and a discount code at once.]]</span>
      </div>
    </div>
  </article>
{{/APPLICATION}}
{{#OLDER}}
  <p><a class="button" href="/brand/applications?before={{BEFORE}}">[[Older applications]]</a></p>
{{/OLDER}}
</section>
{{/WAITING}}
{{>EMPTY}}
{{#DECLINED}}
<section class="stack" aria-labelledby="declined-title">
  <h2 id="declined-title">[[Declined]]</h2>
  <div class="table-wrap"><table class="table table-cards">
    <caption class="visually-hidden">[[Declined applications, newest first]]</caption>
    <thead><tr><th scope="col">[[Creator]]</th><th scope="col">[[Program]]</th><th scope="col">[[Declined]]</th><th scope="col">[[Reason]]</th><th scope="col">[[Note]]</th><th scope="col">[[Status]]</th></tr></thead>
    <tbody>
{{#ROW}}
    <tr>
      <th scope="row" data-label="[[Creator]]"><bdi>{{HANDLE}}</bdi></th>
      <td data-label="[[Program]]"><bdi>{{PROGRAM}}</bdi></td>
      <td data-label="[[Declined]]"><time datetime="{{AT_ISO}}" title="{{AT_ISO}}">{{AT}}</time></td>
      <td class="prose" data-label="[[Reason]]">{{REASON}}</td>
      <td class="prose" data-label="[[Note]]"><bdi>{{NOTE}}</bdi></td>
      <td data-label="[[Status]]">{{>STATUS}}</td>
    </tr>
{{/ROW}}
    </tbody>
  </table></div>
</section>
{{/DECLINED}}
