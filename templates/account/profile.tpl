{{%AUTOESCAPE context="HTML"}}
<div class="page-head">
  <h1>[[Profile]]</h1>
</div>
<div class="stack">
<section class="card" aria-labelledby="you">
  <div class="card-head"><h2 id="you">[[You]]</h2></div>
  <div class="card-body stack">
{{>PROFILE_SUMMARY}}
    <dl class="facts">
      <dt>[[E-mail]]</dt><dd>{{EMAIL}}</dd>
{{#HANDLE}}
      <dt>[[Handle]]</dt><dd>@{{TEXT}}</dd>
{{/HANDLE}}
    </dl>
    <form class="form" method="post" action="/profile" novalidate>
      <input type="hidden" name="csrf" value="{{CSRF}}">
{{>PROFILE_FIELD}}
      <div class="form-actions"><button type="submit" class="button button-primary">[[Save]]</button></div>
    </form>
  </div>
</section>
<section class="card" aria-labelledby="password">
  <div class="card-head"><h2 id="password">[[Password]]</h2></div>
  <div class="card-body stack">
{{>PASSWORD_SUMMARY}}
    <form class="form" method="post" action="/profile/password" novalidate>
      <input type="hidden" name="csrf" value="{{CSRF}}">
{{>PASSWORD_FIELD}}
      <div class="form-actions"><button type="submit" class="button button-primary">[[Change the password]]</button></div>
    </form>
  </div>
</section>
{{#BRANDS}}
<section class="card" aria-labelledby="brands">
  <div class="card-head">
    <h2 id="brands">[[Your brands]]</h2>
    <span class="grow"></span>
    <a class="button" href="/brand/new">[[Add a brand]]</a>
  </div>
  <div class="card-body">
    <ul class="checks">
{{#BRAND}}
      <li>{{NAME}}</li>
{{/BRAND}}
    </ul>
  </div>
</section>
{{/BRANDS}}
<section class="card" aria-labelledby="sessions">
  <div class="card-head">
    <h2 id="sessions">[[Where you are logged in]]</h2>
    <span class="grow"></span>
{{#END_OTHERS}}
    <form method="post" action="/profile/sessions">
      <input type="hidden" name="csrf" value="{{CSRF}}">
      <button class="button" name="session" value="others">[[End all others]]</button>
    </form>
{{/END_OTHERS}}
  </div>
  <div class="table-wrap">
  <table class="table table-cards">
    <thead><tr><th scope="col">[[Browser]]</th><th scope="col">[[Since]]</th><th scope="col">[[Last seen]]</th><th scope="col"><span class="visually-hidden">[[Action]]</span></th></tr></thead>
    <tbody>
{{#SESSION}}
      <tr>
        <th scope="row" data-label="[[Browser]]">{{AGENT}}</th>
        <td data-label="[[Since]]"><time datetime="{{SINCE_ISO}}" title="{{SINCE_ISO}}">{{SINCE}}</time></td>
        <td data-label="[[Last seen]]"><time datetime="{{SEEN_ISO}}" title="{{SEEN_ISO}}">{{SEEN}}</time></td>
        <td class="nowrap">
{{#THIS}}
          [[This one]]
{{/THIS}}
{{#END}}
          <form method="post" action="/profile/sessions">
            <input type="hidden" name="csrf" value="{{CSRF}}">
            <button class="button" name="session" value="{{ID}}">[[End]]</button>
          </form>
{{/END}}
        </td>
      </tr>
{{/SESSION}}
    </tbody>
  </table>
  </div>
</section>
</div>
