import {
  Controller,
  Get,
  Post,
  Req,
  Res,
  SetMetadata,
  UseGuards,
  VERSION_NEUTRAL,
  type Type,
} from '@nestjs/common';
import { APP_CSS, APP_JS, PAGE_HTML } from './assets.js';
import { pathOf, queryOf, type PageReply, type PageRequest, type PageResponse } from './http.js';
import { PageAccessGuard } from './page-access.guard.js';
import { PageAnswers } from './page-answers.js';
import { PageActions } from './page-actions.js';
import { PageDataSource } from './page-data-source.js';
import type { PagePlacement } from './page-placement.js';
import { refuseQuery } from './page-query.js';

/** The metadata of `@ApiExcludeController()`, so that Swagger does not show the routes. */
const HIDDEN_FROM_SWAGGER = 'swagger/apiExcludeController';

/**
 * Makes the controller of the page, with the path and the guards of one module.
 *
 * The handlers take the request and the response as they are, so that no pipe reads them, and no interceptor
 * wraps the answer.
 */
export function pageController({ path, guards }: PagePlacement): Type {
  @Controller({ path, version: VERSION_NEUTRAL })
  @UseGuards(...guards, PageAccessGuard)
  @SetMetadata(HIDDEN_FROM_SWAGGER, [true])
  class WaitPageController {
    constructor(
      private readonly answers: PageAnswers,
      private readonly source: PageDataSource,
      private readonly actions: PageActions,
    ) {}

    @Get()
    redirect(@Req() request: PageRequest, @Res() response: PageResponse): Promise<void> {
      const last = pathOf(request).split('/').at(-1);
      return this.answers.redirect(response, last ? `${last}/page` : 'page');
    }

    // Fastify does not take `…/loops/` for `…/loops`, so the page needs a name for its relative addresses.
    @Get('page')
    page(@Req() request: PageRequest, @Res() response: PageResponse): Promise<void> {
      return pathOf(request).endsWith('/')
        ? this.answers.redirect(response, '../page')
        : this.answers.asset(request, response, PAGE_HTML);
    }

    @Get('app.js')
    script(@Req() request: PageRequest, @Res() response: PageResponse): Promise<void> {
      return this.answers.asset(request, response, APP_JS);
    }

    @Get('app.css')
    style(@Req() request: PageRequest, @Res() response: PageResponse): Promise<void> {
      return this.answers.asset(request, response, APP_CSS);
    }

    @Get('data')
    data(@Req() request: PageRequest, @Res() response: PageResponse): Promise<void> {
      const query = queryOf(request);
      const message = refuseQuery(query);
      if (message !== undefined) {
        return this.tell(response, { status: 400, message });
      }
      const access = PageAccessGuard.accessOf(request);
      return this.answers.json(response, 200, this.source.json(query, access));
    }

    @Post('actions')
    async act(@Req() request: PageRequest, @Res() response: PageResponse): Promise<void> {
      await this.tell(response, await this.actions.act(request, PageAccessGuard.accessOf(request)));
    }

    private tell(response: PageResponse, { status, ...reply }: PageReply): Promise<void> {
      return this.answers.json(
        response,
        status,
        JSON.stringify({ instance: this.source.instance, ...reply }),
      );
    }
  }
  return WaitPageController;
}
